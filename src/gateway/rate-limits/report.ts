/**
 * What a response says about rate limits (draft-ietf-httpapi-ratelimit-headers-10): all limits that counted the request
 * in `RateLimit-Policy`, and in `RateLimit` the tightest of them, with what is left of it. An expanded response reports
 * its parts as well.
 */
import type { Limit } from './limit.ts';

export interface Tightest {
  readonly limit: Limit;
  /** Whole units that are left. */
  readonly remaining: number;
  /** Seconds until nothing is missing; for a refused request until it would be allowed. */
  readonly seconds: number;
}

export class RateLimitReport {
  #limits: readonly Limit[];
  #tightest: Tightest;

  constructor(limits: readonly Limit[], tightest: Tightest) {
    this.#limits = limits;
    this.#tightest = tightest;
  }

  add(limits: readonly Limit[], tightest: Tightest): void {
    if (limits !== this.#limits) this.#limits = [...new Set([...this.#limits, ...limits])];
    const { limit } = this.#tightest;
    // A later count of the same limit is newer.
    if (tightest.limit === limit || tightest.remaining < this.#tightest.remaining) this.#tightest = tightest;
  }

  /** Raw headers. */
  fields(): string[] {
    const { limit, remaining, seconds } = this.#tightest;
    return [
      'RateLimit-Policy',
      this.#limits.map(({ policyItem }) => policyItem).join(', '),
      'RateLimit',
      `${limit.itemPrefix}${remaining};t=${seconds}`,
    ];
  }
}
