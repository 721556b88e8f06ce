/** The stored responses of one service, by path. A new epoch starts with an empty cache, as for another document. */
import { isDeepStrictEqual } from 'node:util';
import { type CacheEntry, type CacheStore, keyOf } from './store/store.ts';
import type { StoredResponse } from './stored-response.ts';

/** Responses that are stored for one resource, as in several languages and formats; the oldest is dropped first. */
const MAX_VARIANTS = 16;

export interface ServiceCacheOptions {
  readonly service: string;
  readonly epoch: string;
  readonly store: CacheStore;
  /** A response with a larger body is not stored. */
  readonly maxBodyBytes: number;
}

export class ServiceCache {
  readonly maxBodyBytes: number;
  readonly #options: ServiceCacheOptions;

  constructor(options: ServiceCacheOptions) {
    this.#options = options;
    this.maxBodyBytes = options.maxBodyBytes;
  }

  keyOf(path: string): string {
    return keyOf(this.#options.service, this.#options.epoch, path);
  }

  get(key: string) {
    return this.#options.store.get(key);
  }

  /**
   * Stores a response, and replaces the one that was stored for such requests.
   * @param state of the cache entry when the request was sent
   * @param previous the response that it updates, where that was selected for other requests
   */
  async put(
    key: string,
    response: StoredResponse,
    state: CacheEntry['state'],
    previous = response,
  ): Promise<void> {
    const { responses } = await this.#otherVariants(key, response, previous);
    await this.#options.store.set(key, [...responses.slice(1 - MAX_VARIANTS), response], state);
  }

  async remove(key: string, response: StoredResponse): Promise<void> {
    const { responses, state } = await this.#otherVariants(key, response);
    await (responses.length === 0 ? this.delete(key) : this.#options.store.set(key, responses, state));
  }

  async delete(key: string): Promise<void> {
    await this.#options.store.delete(key);
  }

  async #otherVariants(key: string, ...variants: readonly StoredResponse[]): Promise<CacheEntry> {
    const { responses, state } = await this.get(key);
    const isOneOfThese = ({ selecting }: StoredResponse) =>
      variants.some((one) => isDeepStrictEqual(one.selecting, selecting));
    return { responses: responses.filter((other) => !isOneOfThese(other)), state };
  }
}
