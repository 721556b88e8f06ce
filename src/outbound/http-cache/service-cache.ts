/** What is kept of one service: by path, and forgotten as a whole when it is another service, or another document. */
import { isDeepStrictEqual } from 'node:util';
import { type CacheEntry, type CacheStore, keyOf } from './store/store.ts';
import type { StoredResponse } from './stored-response.ts';

/** Answers that are kept for one resource, as languages and formats; the oldest goes first. */
const MAX_VARIANTS = 16;

export interface ServiceCacheOptions {
  readonly service: string;
  readonly epoch: string;
  readonly store: CacheStore;
  /** Most bytes of a body that is kept. */
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
   * Instead of the one that was kept for such requests.
   * @param state of the resource when it was asked for
   * @param before what it was, where that was for other requests
   */
  async put(key: string, one: StoredResponse, state: CacheEntry['state'], before = one): Promise<void> {
    const { responses: answers } = await this.#otherVariants(key, one, before);
    await this.#options.store.set(key, [...answers.slice(1 - MAX_VARIANTS), one], state);
  }

  async remove(key: string, one: StoredResponse): Promise<void> {
    const { responses: answers, state } = await this.#otherVariants(key, one);
    await (answers.length === 0 ? this.delete(key) : this.#options.store.set(key, answers, state));
  }

  async delete(key: string): Promise<void> {
    await this.#options.store.delete(key);
  }

  async #otherVariants(key: string, ...ones: readonly StoredResponse[]): Promise<CacheEntry> {
    const { responses: answers, state } = await this.get(key);
    const isOne = ({ selecting }: StoredResponse) =>
      ones.some((one) => isDeepStrictEqual(one.selecting, selecting));
    return { responses: answers.filter((other) => !isOne(other)), state };
  }
}
