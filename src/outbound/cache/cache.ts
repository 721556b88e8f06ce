/** What all caches of a gateway share, and what outlives the documents: where answers are kept, and what was counted. */
import type { CacheConfig } from '../../config/cache.ts';
import { MemoryStore } from './memory-store.ts';
import { type CacheCounts, CacheStatistics } from './statistics.ts';
import type { CacheSize, CacheStore } from './store.ts';

export type CacheSnapshot = CacheCounts & Partial<CacheSize>;

export class Cache {
  #store: { readonly size: number; readonly store: CacheStore } | undefined;
  readonly #statistics = new Map<string, CacheStatistics>();

  /** The same, as long as its size is. */
  store({ size }: CacheConfig): CacheStore {
    if (this.#store?.size !== size) this.#store = { size, store: new MemoryStore(size) };
    return this.#store.store;
  }

  statistics(service: string): CacheStatistics {
    const found = this.#statistics.get(service) ?? new CacheStatistics();
    this.#statistics.set(service, found);
    return found;
  }

  snapshot(service: string): CacheSnapshot {
    return { ...this.statistics(service), ...this.#store?.store.sizeOf?.(service) };
  }
}
