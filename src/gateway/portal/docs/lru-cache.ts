/** What was made last, as much as fits: what is asked for again soon is there, and nobody can fill the memory. */
import type { Entity } from '../../../http/page/entity.ts';

export class Recent {
  readonly #most: number;
  /** The one that was used longest ago is the first. */
  readonly #held = new Map<string, { entity: Entity; bytes: number }>();
  #bytes = 0;

  /** @param most bytes of all bodies together */
  constructor(most: number) {
    this.#most = most;
  }

  find(key: string): Entity | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    this.#held.delete(key);
    this.#held.set(key, held);
    return held.entity;
  }

  keep(key: string, entity: Entity): Entity {
    const bytes = Buffer.byteLength(entity.body);
    if (bytes > this.#most) return entity;
    this.#held.set(key, { entity, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#held) {
      if (this.#bytes <= this.#most) break;
      this.#held.delete(oldest);
      this.#bytes -= freed;
    }
    return entity;
  }
}
