/**
 * Finds where values begin and end in the bytes of JSON, without reading them. Bytes that are not changed can then be
 * written as they were received, which is exact and costs less than serializing them again.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SPACE = 0x20;
/** With this bit, `[` and `{` are the same byte, and so are `]` and `}`. */
const CASE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** The least byte of a bracket or a brace. */
const FIRST_BRACKET = 0x5b;

/** The first byte of a value, and the byte after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The bytes have to be valid JSON in UTF-8. */
export class JsonSpans {
  readonly #bytes: Uint8Array;
  readonly #maxLevels: number;

  /** @param maxLevels containers within containers; deeper ones are a RangeError */
  constructor(bytes: Uint8Array, maxLevels: number) {
    this.#bytes = bytes;
    this.#maxLevels = maxLevels;
  }

  /** The start of the value that follows, after blanks. */
  next(at: number): number {
    let start = at;
    while ((this.#bytes[start] as number) <= SPACE) start++;
    return start;
  }

  /**
   * @param level number of containers around the value
   * @returns the byte after the value
   * @throws RangeError when it is nested too deeply
   */
  skip(start: number, level: number): number {
    return endOfValue(this.#bytes, start, this.#maxLevels - level);
  }

  /**
   * Visits the members of an object.
   * @param visit gets the name and the start of the value, and returns the byte after the value
   * @returns the byte after the object
   */
  members(object: number, visit: (name: string, start: number) => number): number {
    let at = this.next(object + 1);
    while (this.#bytes[at] === QUOTE) {
      const end = this.skip(at, 0);
      const name = JSON.parse(Buffer.from(this.#bytes.subarray(at, end)).toString()) as string;
      const colon = this.next(end);
      at = this.#afterComma(visit(name, this.next(colon + 1)));
    }
    return at + 1;
  }

  /**
   * Finds the elements of an array.
   * @param level number of containers around the array
   */
  elements(array: number, level: number): { readonly spans: readonly Span[]; readonly end: number } {
    const spans: Span[] = [];
    let start = this.next(array + 1);
    while (((this.#bytes[start] as number) | CASE_BIT) !== CLOSE) {
      const end = this.skip(start, level + 1);
      spans.push({ start, end });
      start = this.#afterComma(end);
    }
    return { spans, end: start + 1 };
  }

  #afterComma(end: number): number {
    const at = this.next(end);
    return this.#bytes[at] === COMMA ? this.next(at + 1) : at;
  }
}

/** A function of its own, with few comparisons for each byte: it takes most of the time. */
function endOfValue(bytes: Uint8Array, start: number, maxLevels: number): number {
  const { length } = bytes;
  const first = bytes[start] as number;
  if (first === QUOTE) return endOfString(bytes, start);
  if ((first | CASE_BIT) !== OPEN) return endOfScalar(bytes, start);
  let depth = 0;
  for (let at = start; at < length; at++) {
    let byte = bytes[at] as number;
    if (byte === QUOTE) {
      byte = bytes[++at] as number;
      while (byte !== QUOTE && at < length) {
        if (byte === BACKSLASH) at++;
        byte = bytes[++at] as number;
      }
    } else if (byte >= FIRST_BRACKET) {
      byte |= CASE_BIT;
      if (byte === OPEN) {
        if (++depth > maxLevels) throw new RangeError('is nested too deeply');
      } else if (byte === CLOSE && --depth === 0) return at + 1;
    }
  }
  return length;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE && at < bytes.length) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfScalar(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let byte = bytes[at] as number; at < bytes.length; byte = bytes[++at] as number)
    if (byte <= SPACE || byte === COMMA || (byte | CASE_BIT) === CLOSE) break;
  return at;
}
