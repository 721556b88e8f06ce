/** Waits for a condition, and names it when it does not come true. */
import { performance } from 'node:perf_hooks';

/** Milliseconds: longer than any wait on a busy machine, and shorter than the timeout of a test. */
const LONGEST = 25_000;

/**
 * Checks the condition after each turn of the event loop.
 * @throws Error with `what` and the result of `tell` when the condition is still false after a long time
 */
export async function eventually(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  { tell = (): unknown => '' } = {},
): Promise<void> {
  // The clock of the machine, which continues when a test uses a fake clock.
  const end = performance.now() + LONGEST;
  while (!(await isDone())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}. ${tell()}`.trim());
    await new Promise(setImmediate);
  }
}
