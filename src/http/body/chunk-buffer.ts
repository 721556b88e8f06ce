/**
 * Bytes that arrive in pieces. The sender chooses how large they are, and a piece of a single byte takes hundreds of
 * bytes of memory, so small ones are put together as they come.
 */

/** Smaller ones are copied. */
const SMALL_CHUNK = 1024;
/** Into blocks of so many bytes. */
const BLOCK_SIZE = 16_384;

const EMPTY = Buffer.alloc(0);

export class ChunkBuffer {
  /** Of all pieces together. */
  byteLength = 0;
  readonly #closed: Buffer[] = [];
  /** A small one that came alone is not copied. */
  #single: Buffer | undefined;
  /** The rest of a block, which is filled from `#from` to `#to`. */
  #block = EMPTY;
  #from = 0;
  #to = 0;

  append(chunk: Buffer): void {
    this.byteLength += chunk.length;
    if (chunk.length >= SMALL_CHUNK) {
      this.#close();
      this.#closed.push(chunk);
      return;
    }
    if (this.#single === undefined && this.#from === this.#to) {
      this.#single = chunk;
      return;
    }
    const first = this.#single;
    this.#single = undefined;
    if (first !== undefined) this.#copy(first);
    this.#copy(chunk);
  }

  /** What has come so far, in order, in as many pieces as it is kept in. */
  chunks(): readonly Buffer[] {
    this.#close();
    return this.#closed;
  }

  /** What has come so far. */
  toBuffer(): Buffer {
    const [first = EMPTY, ...more] = this.chunks();
    return more.length === 0 ? first : Buffer.concat(this.#closed, this.byteLength);
  }

  #copy(chunk: Buffer): void {
    if (chunk.length > this.#block.length - this.#to) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(BLOCK_SIZE);
      this.#from = 0;
      this.#to = 0;
    }
    this.#block.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** What is copied next stands in a piece of its own. */
  #close(): void {
    if (this.#single !== undefined) this.#closed.push(this.#single);
    else if (this.#to > this.#from) this.#closed.push(this.#block.subarray(this.#from, this.#to));
    this.#single = undefined;
    this.#from = this.#to;
  }
}
