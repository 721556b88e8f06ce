/** Caches entities and evicts the least recently used ones, so that its memory is bounded. */
import type { Entity } from '../../../http/page/entity.ts';

export class LruCache {
  readonly #capacity: number;
  /** The least recently used entry is the first. */
  readonly #entries = new Map<string, { entity: Entity; bytes: number }>();
  #bytes = 0;

  /** @param capacity maximum bytes of all bodies together */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): Entity | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.entity;
  }

  set(key: string, entity: Entity): Entity {
    const bytes = Buffer.byteLength(entity.body);
    if (bytes > this.#capacity) return entity;
    this.#entries.set(key, { entity, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#entries) {
      if (this.#bytes <= this.#capacity) break;
      this.#entries.delete(oldest);
      this.#bytes -= freed;
    }
    return entity;
  }
}
