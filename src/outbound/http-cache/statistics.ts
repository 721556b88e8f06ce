/** What the cache of a service came to. */

/** What became of a request: for its log line. */
export type CacheOutcome = 'hit' | 'miss' | 'stale' | 'revalidated' | 'shared';

export interface CacheCounts {
  /** Answered without a call. */
  readonly hits: number;
  readonly misses: number;
  /** Answered with what is not fresh any more. */
  readonly stale: number;
  /** Kept, and confirmed by the service. */
  readonly revalidated: number;
  /** Answered with what another request brought. */
  readonly shared: number;
}

const COUNTERS = {
  hit: 'hits',
  miss: 'misses',
  stale: 'stale',
  revalidated: 'revalidated',
  shared: 'shared',
} as const;

export class CacheStatistics implements CacheCounts {
  hits = 0;
  misses = 0;
  stale = 0;
  revalidated = 0;
  shared = 0;

  count(outcome: CacheOutcome): void {
    this[COUNTERS[outcome]] += 1;
  }
}
