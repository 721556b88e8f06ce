/**
 * Bytes that arrive in pieces. The sender chooses how large they are, and a piece of a single byte takes hundreds of
 * bytes of memory, so small ones are put together as they come.
 */

/** Smaller ones are copied. */
const SMALL = 1024;
/** Into blocks of so many bytes. */
const BLOCK = 16_384;

const NOTHING = Buffer.alloc(0);

export class Pieces {
  /** Of all pieces together. */
  bytes = 0;
  readonly #closed: Buffer[] = [];
  /** A small one that came alone is not copied. */
  #single: Buffer | undefined;
  /** The rest of a block, which is filled from `#from` to `#to`. */
  #block = NOTHING;
  #from = 0;
  #to = 0;

  add(piece: Buffer): void {
    this.bytes += piece.length;
    if (piece.length >= SMALL) {
      this.#close();
      this.#closed.push(piece);
      return;
    }
    if (this.#single === undefined && this.#from === this.#to) {
      this.#single = piece;
      return;
    }
    const first = this.#single;
    this.#single = undefined;
    if (first !== undefined) this.#copy(first);
    this.#copy(piece);
  }

  /** What has come so far, in order, in as many pieces as it is kept in. */
  list(): readonly Buffer[] {
    this.#close();
    return this.#closed;
  }

  /** What has come so far. */
  whole(): Buffer {
    const [first = NOTHING, ...more] = this.list();
    return more.length === 0 ? first : Buffer.concat(this.#closed, this.bytes);
  }

  #copy(piece: Buffer): void {
    if (piece.length > this.#block.length - this.#to) {
      this.#close();
      this.#block = Buffer.allocUnsafeSlow(BLOCK);
      this.#from = 0;
      this.#to = 0;
    }
    this.#block.set(piece, this.#to);
    this.#to += piece.length;
  }

  /** What is copied next stands in a piece of its own. */
  #close(): void {
    if (this.#single !== undefined) this.#closed.push(this.#single);
    else if (this.#to > this.#from) this.#closed.push(this.#block.subarray(this.#from, this.#to));
    this.#single = undefined;
    this.#from = this.#to;
  }
}
