/**
 * Follows the status lines on a connection up to the final one, and makes another interim status of each 100, which
 * undici would take for a broken response.
 */

/** What 100 becomes: an interim status that no one has given a meaning. */
export const CONTINUE = 109;

const ZERO = 0x30;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Places of the digits in `HTTP/1.1 100`. */
const HUNDREDS = 9;
const TENS = 10;
const ONES = 11;

export class InterimStatus {
  /** Whether a head is to come, or is not yet here whole. */
  isExpected = false;
  /** Place in the status line. */
  #position = 0;
  #isContinue = true;
  /** The status line said 1xx, so that another head follows. */
  #isInterim = false;
  /** Line breaks in a row. */
  #lineBreaks = 0;

  /** A request goes out. */
  expect(): void {
    this.isExpected = true;
    this.#reset();
  }

  /** Takes what has come, in order, and changes it in place. */
  rewriteContinue(bytes: Buffer): void {
    for (let i = 0; i < bytes.length && this.isExpected; i++) {
      const byte = bytes[i] as number;
      if (this.#isInterim) this.#skipHead(byte);
      else this.#readStatusLine(bytes, i, byte);
    }
  }

  #reset(): void {
    this.#position = 0;
    this.#isContinue = true;
    this.#isInterim = false;
    this.#lineBreaks = 0;
  }

  #readStatusLine(bytes: Buffer, index: number, byte: number): void {
    // Empty lines before a head are allowed for (RFC 9112 §2.2).
    if (this.#position === 0 && (byte === LINE_FEED || byte === CARRIAGE_RETURN)) return;
    const digit = byte - ZERO;
    if (this.#position === HUNDREDS && digit !== 1) {
      this.isExpected = false;
      return;
    }
    if (this.#position === TENS && digit !== 0) this.#isContinue = false;
    if (this.#position === ONES) {
      if (this.#isContinue && digit === 0) bytes[index] = ZERO + (CONTINUE % 10);
      this.#isInterim = true;
    }
    this.#position += 1;
  }

  /** To the empty line at its end. */
  #skipHead(byte: number): void {
    if (byte === LINE_FEED) this.#lineBreaks += 1;
    else if (byte !== CARRIAGE_RETURN) this.#lineBreaks = 0;
    if (this.#lineBreaks === 2) this.#reset();
  }
}
