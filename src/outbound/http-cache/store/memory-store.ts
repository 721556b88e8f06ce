/** Keeps answers in this process, up to so many bytes: what was used longest ago goes first. */

import { LruCache } from '../../../http/lru-cache.ts';
import type { Stored } from '../stored-response.ts';
import type { CacheSize, CacheStore, Kept } from './store.ts';
import { serviceOf } from './store.ts';

/** What an object and its places in maps take, about. */
const OVERHEAD = 512;

/** A string takes up to two bytes a character. */
const bytesOf = (key: string, kept: readonly Stored[]): number =>
  kept.reduce((sum, one) => sum + one.body.length + 2 * lengthOf(one) + OVERHEAD, 2 * key.length);

const lengthOf = ({ headers, selecting }: Stored): number =>
  [...headers, ...selecting.flat()].reduce((sum, text) => sum + (text?.length ?? 0), 0);

/** Who forgets something here knows what is on its way, so that no state is needed. */
const NOTHING: Kept = { answers: [], state: '' };

export class MemoryStore implements CacheStore {
  readonly #resources: LruCache<readonly Stored[]>;
  readonly #sizes = new Map<string, { entries: number; bytes: number }>();

  constructor(maxBytes: number) {
    this.#resources = new LruCache({
      maxBytes,
      bytesOf,
      onChange: (key, { length }, bytes) => this.#count(key, bytes < 0 ? -length : length, bytes),
    });
  }

  get(key: string): Kept {
    const answers = this.#resources.get(key);
    return answers === undefined ? NOTHING : { ...NOTHING, answers };
  }

  set(key: string, kept: readonly Stored[]): void {
    this.#resources.set(key, kept);
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
