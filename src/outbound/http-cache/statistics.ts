/** Counts how the cache of a service handled its requests. */

/** How the cache handled one request, for its log line. */
export type CacheOutcome = 'hit' | 'miss' | 'stale' | 'revalidated' | 'shared';

export interface CacheCounts {
  /** A fresh stored response was used. */
  readonly hits: number;
  /** The service was called. */
  readonly misses: number;
  /** A stale stored response was used. */
  readonly stale: number;
  /** The service confirmed a stored response. */
  readonly revalidated: number;
  /** The response to an identical request was used. */
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
