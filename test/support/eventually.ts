/** Waits for what comes from outside of the process, and says what it waited for when that does not come. */

/** More turns than anything takes; each asks once and lets the event loop go round. */
const MOST_TURNS = 20_000;

/** @throws Error that names `what`, and what `tell` gives, when it has not come about after so many turns */
export async function eventually(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  { most = MOST_TURNS, tell = (): unknown => '' } = {},
): Promise<void> {
  for (let turn = 0; turn < most; turn++) {
    if (await isDone()) return;
    await new Promise(setImmediate);
  }
  throw new Error(`Waited in vain until ${what}. ${tell()}`.trim());
}
