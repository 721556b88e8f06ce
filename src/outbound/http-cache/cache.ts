/** What the caches of all services share, and keeps across reloads: the store of the responses, and the statistics. */
import { isDeepStrictEqual } from 'node:util';
import type { CacheConfig } from '../../config/policies/cache.ts';
import { type CacheCounts, CacheStatistics } from './statistics.ts';
import { MemoryStore } from './store/memory-store.ts';
import { RedisStore } from './store/redis-store.ts';
import type { CacheSize, CacheStore } from './store/store.ts';

export type CacheSnapshot = CacheCounts & Partial<CacheSize>;

export class Cache {
  #store: CacheStore | undefined;
  #config: Pick<CacheConfig, 'size' | 'url'> | undefined;
  readonly #statistics = new Map<string, CacheStatistics>();

  /** Returns the current store, or a new one where the configuration changed its size or place. */
  store({ size, url }: CacheConfig, onTrouble: (reason: string) => void): CacheStore {
    if (this.#store !== undefined && isDeepStrictEqual(this.#config, { size, url })) return this.#store;
    void this.#store?.close?.();
    this.#config = { size, url };
    this.#store = url === undefined ? new MemoryStore(size) : new RedisStore(url, onTrouble);
    return this.#store;
  }

  async close(): Promise<void> {
    await this.#store?.close?.();
  }

  statistics(service: string): CacheStatistics {
    const found = this.#statistics.get(service) ?? new CacheStatistics();
    this.#statistics.set(service, found);
    return found;
  }

  snapshot(service: string): CacheSnapshot {
    return { ...this.statistics(service), ...this.#store?.sizeOf?.(service) };
  }
}
