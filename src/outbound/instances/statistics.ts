/** Statistics of a target or an instance, cheap enough to be updated with every call. */

/** How many of the latest latencies are kept for percentiles. */
export const LATENCY_SAMPLES = 512;

/** How many of the latest failures are kept. */
const RECENT_FAILURES = 10;

/** A failed attempt. */
export interface FailureRecord {
  readonly at: string;
  readonly reason: string;
  /** Recorded instead of the path, which may contain private data. */
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

  /** In milliseconds, over the latest responses; undefined without any. */
  percentile(share: number): number | undefined {
    const sorted = this.#latencies.slice(0, Math.min(this.#responses, LATENCY_SAMPLES)).sort();
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? undefined : Math.round(value * 10) / 10;
  }
}
