/** Stores responses in this process, up to a number of bytes: the least recently used go first. */
import { LruCache } from '../../../http/lru-cache.ts';
import type { StoredResponse } from '../stored-response.ts';
import { type CacheEntry, type CacheSize, type CacheStore, serviceOf } from './store.ts';

/** About the bytes that an object and its places in maps take. */
const OVERHEAD = 512;

/** A string takes up to two bytes per character. */
const bytesOf = (key: string, responses: readonly StoredResponse[]): number =>
  responses.reduce((sum, one) => sum + one.body.length + 2 * lengthOf(one) + OVERHEAD, 2 * key.length);

const lengthOf = ({ headers, selecting }: StoredResponse): number =>
  [...headers, ...selecting.flat()].reduce((sum, text) => sum + (text?.length ?? 0), 0);

/** No state is needed: the process that invalidates an entry of this store knows which fetches are in flight. */
const EMPTY: CacheEntry = { responses: [], state: '' };

export class MemoryStore implements CacheStore {
  readonly #resources: LruCache<readonly StoredResponse[]>;
  readonly #sizes = new Map<string, { entries: number; bytes: number }>();

  constructor(maxBytes: number) {
    this.#resources = new LruCache({
      maxBytes,
      bytesOf,
      onChange: (key, { length }, bytes) => this.#count(key, bytes < 0 ? -length : length, bytes),
    });
  }

  get(key: string): CacheEntry {
    const responses = this.#resources.get(key);
    return responses === undefined ? EMPTY : { ...EMPTY, responses };
  }

  set(key: string, responses: readonly StoredResponse[]): void {
    this.#resources.set(key, responses);
  }

  delete(key: string): void {
    this.#resources.delete(key);
  }

  sizeOf(service: string): CacheSize {
    return { entries: 0, bytes: 0, ...this.#sizes.get(service) };
  }

  #count(key: string, entries: number, bytes: number): void {
    const service = serviceOf(key);
    const size = this.#sizes.get(service) ?? { entries: 0, bytes: 0 };
    size.entries += entries;
    size.bytes += bytes;
    this.#sizes.set(service, size);
  }
}
