/**
 * Reads the status lines on a connection up to the final one, and replaces each 100 by another interim status, because
 * undici takes an unexpected 100 for a broken response.
 */

/** The status that replaces 100: an interim status without a registered meaning. */
export const CONTINUE = 109;

const ZERO = 0x30;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Positions of the digits in `HTTP/1.1 100`. */
const HUNDREDS = 9;
const TENS = 10;
const ONES = 11;

export class InterimStatus {
  /** Whether the rest of a head is still to arrive. */
  isExpected = false;
  /** Position in the status line. */
  #position = 0;
  #isContinue = true;
  /** Whether the status is 1xx, so that another head follows. */
  #isInterim = false;
  /** Consecutive line breaks. */
  #lineBreaks = 0;

  /** A request is sent, so that a head will arrive. */
  expect(): void {
    this.isExpected = true;
    this.#reset();
  }

  /** @param bytes the next bytes that arrived, which are changed in place */
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
    // Empty lines before a head are ignored (RFC 9112 §2.2).
    if (this.#position === 0 && (byte === LINE_FEED || byte === CARRIAGE_RETURN)) return;
    const digit = byte - ZERO;
    if (this.#position === HUNDREDS && digit !== 1) {
      this.isExpected = false;
      return;
    }
    if (this.#position === TENS && digit !== 0) this.#isContinue = false;
    if (this.#position === ONES) {
      // After 101 the connection speaks another protocol, so that no head follows (RFC 9110 §15.2.2).
      if (this.#isContinue && digit === 1) {
        this.isExpected = false;
        return;
      }
      if (this.#isContinue && digit === 0) bytes[index] = ZERO + (CONTINUE % 10);
      this.#isInterim = true;
    }
    this.#position += 1;
  }

  /** Skips the head up to the empty line at its end. */
  #skipHead(byte: number): void {
    if (byte === LINE_FEED) this.#lineBreaks += 1;
    else if (byte !== CARRIAGE_RETURN) this.#lineBreaks = 0;
    if (this.#lineBreaks === 2) this.#reset();
  }
}
