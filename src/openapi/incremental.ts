/**
 * Work that can be done in steps, each of which is short: all at once where nothing else waits, or between other things
 * where something does. A generator gives way after each step.
 */
import { setImmediate } from 'node:timers/promises';

export type Incremental<T> = Generator<void, T>;

/** Milliseconds after which others have their turn. */
export const SLICE_MS = 20;

export function runToCompletion<T>(work: Incremental<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

export async function runInSlices<T>(work: Incremental<T>): Promise<T> {
  for (let until = performance.now() + SLICE_MS; ; ) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + SLICE_MS;
  }
}
