/**
 * Spreads work such as compiling schemas over several turns of the event loop. Finished work is kept. A check that
 * needs more work than fits into one turn starts again in the next turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SLICE_MS } from '../../../openapi/incremental.ts';

/** Thrown by a check that must be called again in the next turn. */
export class TimeSliceExceeded extends Error {}

export class TimeSlice {
  #until: number | undefined;

  /**
   * Called after each piece of work, once its result is stored.
   * @throws TimeSliceExceeded if the current turn of the event loop has used its time
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

/** @param run may throw `TimeSliceExceeded` until all its work is done */
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
