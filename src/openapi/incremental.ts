/**
 * Long work in short steps: a generator yields after each step. The work runs at once where nothing else waits, and
 * in time slices where other requests wait.
 */
import { setImmediate } from 'node:timers/promises';

export type Incremental<T> = Generator<void, T>;

/** Milliseconds of work before the event loop handles other events. */
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
