/**
 * The buckets of one rule by key, in bounded memory. A bucket from which nothing is missing is the same as none, so the
 * table forgets such buckets when it needs space, the oldest first. While there is no such bucket, all further keys share
 * one bucket. A full table therefore never allows more than the limit.
 */

export interface Bucket {
  /** In units of the rule; see `Limit`. */
  state: number;
  /** The outage of the shared store after which the state was last compared with it. */
  outage: number;
}

/** Maximum number of keys of one rule. A key takes about 130 bytes. */
export const MAX_KEYS = 100_000;

/** How many buckets a new key looks at to find space. */
const LOOKED_AT = 16;

export class BucketTable {
  readonly #buckets = new Map<string, Bucket>();
  readonly #maxKeys: number;
  /** The bucket of all keys that have none of their own. */
  readonly #overflow: Bucket = { state: 0, outage: 0 };
  #cursor = this.#buckets.entries();

  constructor(maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#buckets.size;
  }

  isShared(bucket: Bucket): boolean {
    return bucket === this.#overflow;
  }

  /** @param base the state of a bucket from which nothing is missing */
  find(key: string, base: number): Bucket {
    const found = this.#buckets.get(key);
    if (found !== undefined) return found;
    if (this.#buckets.size >= this.#maxKeys && !this.#freeSpace(base)) return this.#overflow;
    // The key may have used the shared bucket before.
    const bucket = { ...this.#overflow };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** Continues where the last search ended. @returns whether there is space now */
  #freeSpace(base: number): boolean {
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const { done, value } = this.#cursor.next();
      if (done) this.#cursor = this.#buckets.entries();
      else if (value[1].state <= base) this.#buckets.delete(value[0]);
    }
    return this.#buckets.size < this.#maxKeys;
  }
}
