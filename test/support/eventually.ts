/** Waits for what comes in its own time, and says what it waited for when that does not come. */
import { performance } from 'node:perf_hooks';

/** Milliseconds: more than anything takes on a busy machine, and less than a test may take. */
const LONGEST = 25_000;

/**
 * Asks again and again, each time after the event loop went round.
 * @throws Error that names `what`, and what `tell` gives, when it has not come about in a long time
 */
export async function eventually(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  { tell = (): unknown => '' } = {},
): Promise<void> {
  // The clock of the machine, which goes on where a test has stopped that of its own.
  const end = performance.now() + LONGEST;
  while (!(await isDone())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}. ${tell()}`.trim());
    await new Promise(setImmediate);
  }
}
