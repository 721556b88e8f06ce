/**
 * Follows where frames end in one direction of a WebSocket connection (RFC 6455 §5.2), so that a proxy can add a close frame
 * without cutting another frame. It reads the headers of frames alone, and keeps no payload. Between two frames of a
 * fragmented message a control frame is allowed too (§5.4).
 */

/** The longest header: two bytes, a length of eight bytes, a mask of four. */
const MAX_HEADER = 14;
const SHORTEST_HEADER = 2;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASKED = 0x80;
const LENGTH_BITS = 0x7f;
const OPCODE_BITS = 0x0f;
const CLOSE = 8;
const MASK_BYTES = 4;
const TWO_TO_32 = 2 ** 32;

export class FrameTracker {
  readonly #header = Buffer.alloc(MAX_HEADER);
  #headerLength = 0;
  #headerEnd = SHORTEST_HEADER;
  /** Bytes of the payload of the current frame that are still to come. */
  #payloadLeft = 0;
  /** Whether a close frame has begun. Nothing may follow it (§5.5.1). */
  hasClose = false;

  /** Whether the bytes so far end with a complete frame, or there were none. */
  get isAtBoundary(): boolean {
    return this.#payloadLeft === 0 && this.#headerLength === 0;
  }

  /** Reads the next bytes. */
  read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) at = this.#readPart(bytes, at);
  }

  /**
   * Reads the next bytes up to the first end of a frame.
   * @returns how many bytes that are; undefined if no frame ends within them
   */
  readToBoundary(bytes: Buffer): number | undefined {
    let at = 0;
    while (at < bytes.length) {
      at = this.#readPart(bytes, at);
      if (this.isAtBoundary) return at;
    }
    return undefined;
  }

  /** Reads a byte of a header, or as much of a payload as there is. @returns the next position */
  #readPart(bytes: Buffer, at: number): number {
    if (this.#payloadLeft > 0) {
      const length = Math.min(this.#payloadLeft, bytes.length - at);
      this.#payloadLeft -= length;
      return at + length;
    }
    this.#header[this.#headerLength] = bytes[at] as number;
    this.#headerLength += 1;
    if (this.#headerLength === SHORTEST_HEADER) this.#headerEnd = this.#lengthOfHeader();
    if (this.#headerLength >= SHORTEST_HEADER && this.#headerLength === this.#headerEnd) this.#beginPayload();
    return at + 1;
  }

  #lengthOfHeader(): number {
    const second = this.#header[1] as number;
    const length = second & LENGTH_BITS;
    const lengthBytes = length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0;
    return SHORTEST_HEADER + lengthBytes + (second & MASKED ? MASK_BYTES : 0);
  }

  #beginPayload(): void {
    const length = (this.#header[1] as number) & LENGTH_BITS;
    if (length === LENGTH_16) this.#payloadLeft = this.#header.readUInt16BE(2);
    else if (length === LENGTH_64)
      this.#payloadLeft = this.#header.readUInt32BE(2) * TWO_TO_32 + this.#header.readUInt32BE(6);
    else this.#payloadLeft = length;
    if (((this.#header[0] as number) & OPCODE_BITS) === CLOSE) this.hasClose = true;
    this.#headerLength = 0;
    this.#headerEnd = SHORTEST_HEADER;
  }
}
