/** What a target has been through, cheap enough to be kept for every call. */

/** The latest latencies of which percentiles are made when somebody asks. */
const LATENCIES = 512;

export class Statistics {
  requests = 0;
  failures = 0;
  inFlight = 0;
  lastFailure: { readonly at: string; readonly reason: string } | undefined;
  readonly #latencies = new Float64Array(LATENCIES);
  #answers = 0;

  recordLatency(milliseconds: number): void {
    this.#latencies[this.#answers++ % LATENCIES] = milliseconds;
  }

  recordFailure(reason: string): void {
    this.failures += 1;
    this.lastFailure = { at: new Date().toISOString(), reason };
  }

  /** Milliseconds over the latest answers; undefined while there is none. */
  percentile(share: number): number | undefined {
    const sorted = this.#latencies.slice(0, Math.min(this.#answers, LATENCIES)).sort();
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? undefined : Math.round(value * 10) / 10;
  }
}
