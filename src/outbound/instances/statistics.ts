/** What a target has been through, cheap enough to be kept for every call. */

/** The latest latencies of which percentiles are made when somebody asks. */
export const LATENCIES = 512;

/** The latest failures that are kept for people. */
const FAILURES = 10;

/** An attempt that failed. */
export interface Failure {
  readonly at: string;
  readonly reason: string;
  /** Of the call; its path may have in it what is private. */
  readonly operationId?: string;
}

export class Statistics {
  requests = 0;
  failures = 0;
  inFlight = 0;
  #failures: readonly Failure[] = [];
  readonly #latencies = new Float64Array(LATENCIES);
  #answers = 0;

  recordLatency(milliseconds: number): void {
    this.#latencies[this.#answers++ % LATENCIES] = milliseconds;
  }

  recordFailure(reason: string, operationId: string | undefined): void {
    this.failures += 1;
    const failure = {
      at: new Date().toISOString(),
      reason,
      ...(operationId !== undefined && { operationId }),
    };
    this.#failures = [failure, ...this.#failures].slice(0, FAILURES);
  }

  /** The latest first. */
  get recentFailures(): readonly Failure[] {
    return this.#failures;
  }

  /** Milliseconds over the latest answers; undefined while there is none. */
  percentile(share: number): number | undefined {
    const sorted = this.#latencies.slice(0, Math.min(this.#answers, LATENCIES)).sort();
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? undefined : Math.round(value * 10) / 10;
  }
}
