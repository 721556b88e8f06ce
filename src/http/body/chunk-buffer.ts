/**
 * Collects chunks of bytes. The sender chooses their size, and a chunk of one byte takes hundreds of bytes of
 * memory, so small chunks are copied together.
 */

/** Smaller chunks are copied. */
const SMALL_CHUNK = 1024;
/** Size of the blocks that they are copied to. */
const BLOCK_SIZE = 16_384;

const EMPTY = Buffer.alloc(0);

export class ChunkBuffer {
  /** The total length of all chunks. */
  byteLength = 0;
  readonly #closed: Buffer[] = [];
  /** A single small chunk is not copied until another follows. */
  #single: Buffer | undefined;
  /** The current block, with unread data between `#from` and `#to`. */
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

  /** The bytes so far, in order, as the buffers that hold them. */
  chunks(): readonly Buffer[] {
    this.#close();
    return this.#closed;
  }

  /** The bytes so far, as one buffer. */
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

  /** Ends the current buffer; the next copy starts another one. */
  #close(): void {
    if (this.#single !== undefined) this.#closed.push(this.#single);
    else if (this.#to > this.#from) this.#closed.push(this.#block.subarray(this.#from, this.#to));
    this.#single = undefined;
    this.#from = this.#to;
  }
}
