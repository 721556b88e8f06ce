/**
 * Work that can be done in steps, each of which is short: all at once where nothing else waits, or between other things
 * where something does. A generator gives way after each step.
 */
import { setImmediate } from 'node:timers/promises';

export type Steps<T> = Generator<void, T>;

/** Milliseconds after which others have their turn. */
export const TURN = 20;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (let until = performance.now() + TURN; ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + TURN;
  }
}
