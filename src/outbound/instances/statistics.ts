/** What a target has been through, cheap enough to be kept for every call. */

/** The latest latencies of which percentiles are made when somebody asks. */
export const LATENCY_SAMPLES = 512;

/** The latest failures that are kept for people. */
const RECENT_FAILURES = 10;

/** An attempt that failed. */
export interface FailureRecord {
  readonly at: string;
  readonly reason: string;
  /** Of the call; its path may have in it what is private. */
  readonly operationId?: string;
}

export class Statistics {
  requests = 0;
  failures = 0;
  inFlight = 0;
  #failures: readonly FailureRecord[] = [];
  readonly #latencies = new Float64Array(LATENCY_SAMPLES);
  #responses = 0;

  recordLatency(milliseconds: number): void {
    this.#latencies[this.#responses++ % LATENCY_SAMPLES] = milliseconds;
  }

  recordFailure(reason: string, operationId: string | undefined): void {
    this.failures += 1;
    const failure = {
      at: new Date().toISOString(),
      reason,
      ...(operationId !== undefined && { operationId }),
    };
    this.#failures = [failure, ...this.#failures].slice(0, RECENT_FAILURES);
  }

  /** The latest first. */
  get recentFailures(): readonly FailureRecord[] {
    return this.#failures;
  }

  /** Milliseconds over the latest answers; undefined while there is none. */
  percentile(share: number): number | undefined {
    const sorted = this.#latencies.slice(0, Math.min(this.#responses, LATENCY_SAMPLES)).sort();
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? undefined : Math.round(value * 10) / 10;
  }
}
