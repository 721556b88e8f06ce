/**
 * Limits the retries to a target: to a share of the calls of the last ten seconds, and a few more, so that a target with
 * few calls can be retried at all. Without the budget, a target that fails every call would get a multiple of them.
 */
import { SlidingCounter } from './sliding-counter.ts';

const WINDOW = 10_000;
/** Retries within the window that do not depend on the number of calls. */
const RESERVE = 10;

export class RetryBudget {
  /** Retries since the target was created. */
  retries = 0;
  /** Retries that the budget refused. */
  refused = 0;
  readonly #share: number;
  readonly #recentCalls = new SlidingCounter(WINDOW);
  readonly #recentRetries = new SlidingCounter(WINDOW);

  /** @param share of calls that may be repeated, 0 to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** @param now of `performance.now()`, here and below */
  countCall(now: number): void {
    this.#recentCalls.add(now);
  }

  hasRoom(now: number): boolean {
    return this.#recentRetries.at(now) + 1 <= RESERVE + this.#share * this.#recentCalls.at(now);
  }

  /** Takes one retry from the budget. @returns whether there was one */
  take(now: number): boolean {
    if (!this.hasRoom(now)) {
      this.refused += 1;
      return false;
    }
    this.#recentRetries.add(now);
    this.retries += 1;
    return true;
  }
}
