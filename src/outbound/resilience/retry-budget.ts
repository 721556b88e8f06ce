/**
 * How often a target may be asked again: a share of the calls of the last ten seconds, and a few times more, so that
 * a quiet target can be retried at all. When everything fails, everything would be asked again; this keeps it from that.
 */
import { RecentCount } from './sliding-counter.ts';

const WINDOW = 10_000;
/** Retries within that time that do not depend on calls. */
const RESERVE = 10;

export class RetryBudget {
  /** Retries since the target was made. */
  retries = 0;
  /** Those that there would have been but for the budget. */
  refused = 0;
  readonly #share: number;
  readonly #recentCalls = new RecentCount(WINDOW);
  readonly #recentRetries = new RecentCount(WINDOW);

  /** @param share of calls that may be repeated, 0 to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** @param now of `performance.now()` */
  countCall(now: number): void {
    this.#recentCalls.add(now);
  }

  /** Whether there might be one more retry. */
  hasRoom(now: number): boolean {
    return this.#recentRetries.at(now) + 1 <= RESERVE + this.#share * this.#recentCalls.at(now);
  }

  /** Whether there may be one more retry, which it then pays for. */
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
