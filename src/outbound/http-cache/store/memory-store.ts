/** Keeps answers in this process, up to so many bytes: what was used longest ago goes first. */

import type { StoredResponse } from '../stored-response.ts';
import { type CacheEntry, type CacheSize, type CacheStore, serviceOf } from './store.ts';

interface ResourceEntry {
  readonly responses: readonly StoredResponse[];
  readonly bytes: number;
}

/** What an object and its places in maps take, about. */
const OVERHEAD = 512;

/** A string takes up to two bytes a character. */
const bytesOf = (key: string, kept: readonly StoredResponse[]): number =>
  kept.reduce((sum, one) => sum + one.body.length + 2 * lengthOf(one) + OVERHEAD, 2 * key.length);

const lengthOf = ({ headers, selecting }: StoredResponse): number =>
  [...headers, ...selecting.flat()].reduce((sum, text) => sum + (text?.length ?? 0), 0);

/** Who forgets something here knows what is on its way, so that no state is needed. */
const EMPTY: CacheEntry = { responses: [], state: '' };

export class MemoryStore implements CacheStore {
  readonly #maxBytes: number;
  /** The one used last is the last. */
  readonly #resources = new Map<string, ResourceEntry>();
  readonly #sizes = new Map<string, { entries: number; bytes: number }>();
  #bytes = 0;

  constructor(most: number) {
    this.#maxBytes = most;
  }

  get(key: string): CacheEntry {
    const resource = this.#resources.get(key);
    if (resource === undefined) return EMPTY;
    this.#resources.delete(key);
    this.#resources.set(key, resource);
    return { ...EMPTY, responses: resource.responses };
  }

  set(key: string, kept: readonly StoredResponse[]): void {
    this.delete(key);
    const bytes = bytesOf(key, kept);
    if (bytes > this.#maxBytes) return;
    for (const oldest of this.#resources.keys()) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
    this.#resources.set(key, { responses: kept, bytes });
    this.#count(key, kept.length, bytes);
  }

  delete(key: string): void {
    const resource = this.#resources.get(key);
    if (resource === undefined) return;
    this.#resources.delete(key);
    this.#count(key, -resource.responses.length, -resource.bytes);
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
    this.#bytes += bytes;
  }
}
