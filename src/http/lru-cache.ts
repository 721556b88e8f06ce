/**
 * An in-memory cache with a limit in bytes, so that no client can fill the memory. The least recently used entry is
 * removed first.
 */

interface Entry<Value> {
  readonly value: Value;
  readonly bytes: number;
}

export interface LruCacheOptions<Value> {
  /** Maximum number of bytes of all values together. */
  readonly maxBytes: number;
  readonly bytesOf: (key: string, value: Value) => number;
  /** Called for each added value and, with negative bytes, for each removed one. */
  readonly onChange?: (key: string, value: Value, bytes: number) => void;
}

export class LruCache<Value> {
  readonly #options: LruCacheOptions<Value>;
  /** A map keeps the order of its keys, so the first key is the least recently used. */
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  constructor(options: LruCacheOptions<Value>) {
    this.#options = options;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /**
   * Replaces the value of a key. A value larger than the cache is not stored, and no other value is removed for it.
   */
  set(key: string, value: Value): void {
    this.delete(key);
    const { maxBytes, bytesOf, onChange } = this.#options;
    const bytes = bytesOf(key, value);
    if (bytes > maxBytes) return;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes + bytes <= maxBytes) break;
      this.delete(oldest);
    }
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    onChange?.(key, value, bytes);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#options.onChange?.(key, entry.value, -entry.bytes);
  }
}
