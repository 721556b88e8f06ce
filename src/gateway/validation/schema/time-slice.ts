/**
 * Work that checks need done once, such as compiling a schema, over several turns of the event loop: what is done is
 * kept, and a check that needs more of it than one turn has time for starts again in the next one.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SLICE_MS } from '../../../openapi/incremental.ts';

/** Thrown out of a check: the same check goes further in the next turn. */
export class TimeSliceExceeded extends Error {}

export class TimeSlice {
  #until: number | undefined;

  /**
   * Called after each piece of work, once its result is kept.
   *
   * @throws TurnOver where this turn of the event loop had its share
   */
  checkpoint = (): void => {
    if (this.#until === undefined) {
      this.#until = performance.now() + SLICE_MS;
      setImmediate(() => {
        this.#until = undefined;
      });
    }
    if (performance.now() > this.#until)
      throw new TimeSliceExceeded('the work continues in the next time slice');
  };
}

/** @param run what throws `TurnOver` until all that it needs is there */
export async function retryAcrossSlices<T>(run: () => T): Promise<T> {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof TimeSliceExceeded)) throw error;
      await nextTurn();
    }
  }
}
