/**
 * How often a target may be asked again: a share of the calls of the last ten seconds, and a few times more, so that
 * a quiet target can be retried at all. When everything fails, everything would be asked again; this keeps it from that.
 */

const SECONDS = 10;
/** Retries within those seconds that do not depend on calls. */
const RESERVE = 10;

export class RetryBudget {
  /** Retries since the target was made. */
  retries = 0;
  /** Those that there would have been but for the budget. */
  refused = 0;
  readonly #share: number;
  readonly #recentCalls = new RecentCount();
  readonly #recentRetries = new RecentCount();

  /** @param share of calls that may be repeated, 0 to 1 */
  constructor(share: number) {
    this.#share = share;
  }

  /** @param now of `performance.now()`, here and below */
  countCall(now: number): void {
    this.#recentCalls.add(now);
  }

  /** Whether there may be one more retry, which it then pays for. */
  take(now: number): boolean {
    const most = RESERVE + this.#share * this.#recentCalls.at(now);
    if (this.#recentRetries.at(now) + 1 > most) {
      this.refused += 1;
      return false;
    }
    this.#recentRetries.add(now);
    this.retries += 1;
    return true;
  }
}

/** A count by second, round and round, with its sum beside it: each call adds to it. */
class RecentCount {
  readonly #seconds = new Uint32Array(SECONDS);
  #sum = 0;
  #latest = 0;

  add(now: number): void {
    this.#forget(now);
    const slot = this.#latest % SECONDS;
    this.#seconds[slot] = (this.#seconds[slot] as number) + 1;
    this.#sum += 1;
  }

  at(now: number): number {
    this.#forget(now);
    return this.#sum;
  }

  #forget(now: number): void {
    const second = Math.floor(now / 1000);
    for (let next = Math.max(this.#latest, second - SECONDS) + 1; next <= second; next++) {
      this.#sum -= this.#seconds[next % SECONDS] as number;
      this.#seconds[next % SECONDS] = 0;
    }
    this.#latest = second;
  }
}
