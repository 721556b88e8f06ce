/**
 * JSON text ⇄ values, so that what was not touched is written again as it was read (RFC 8259 §4, §6): a number
 * that a double cannot hold, or is spelled in another way, keeps its text; members keep their order and their
 * duplicates. All else are the values that `JSON.parse` gives, and a text that needs no more costs no more.
 */

/** A number by its text, as `JSON.rawJSON` makes it. */
export interface RawNumber {
  readonly rawJSON: string;
}

const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Whether a value is a number that keeps its text: an object to `typeof`, and none of JSON's. */
export const isRawNumber: (value: unknown) => value is RawNumber = isRawJSON;

/** A scalar as text: of a number its own. */
export const scalarText = (value: unknown): string =>
  isRawNumber(value) ? value.rawJSON : typeof value === 'object' ? JSON.stringify(value) : String(value);

/**
 * Begins the stand-in of a member name that an object could not hold in its place: an index, which objects sort to
 * the front, or an earlier member of the same name. A lone surrogate, which is no text; a name that begins with one
 * gets a stand-in as well.
 */
const MARK = '\udc00';
const MARK_ESCAPED = '\\udc00';
const STAND_IN = /^\udc00\d*:/;
const WRITTEN_STAND_INS = /(?<=[{,]\s*)"\\udc00\d*:((?:[^"\\]|\\.)*)"(?=\s*:)/g;

/** What an object takes for an index of an array, and sorts. */
const INDEX = /^(?:0|[1-9]\d{0,9})$/;

/** The name of a member as it is in the text. */
export const memberName = (key: string): string => key.replace(STAND_IN, '');

/** Under which key an object has a member; of several of one name it is the last. */
export function memberKey(object: object, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const standIn = `${MARK}:${name}`;
  return Object.hasOwn(object, standIn) ? standIn : undefined;
}

/** Deeper than this nothing is read: what is written level by level has room for it, here and at the client. */
const MOST_LEVELS = 1000;

/** @throws SyntaxError for a text that is no JSON, RangeError for one that is nested too deeply */
export function parseExact(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeeper(value, MOST_LEVELS)) throw new RangeError('The JSON is nested too deeply.');
  // Written as it was read: nothing got lost.
  if (JSON.stringify(value) === text && !text.includes(MARK_ESCAPED)) return value;
  return new Reader(text).value();
}

/** As `JSON.stringify`, of what `parseExact` has read, and whatever was made of it. */
export function writeExact(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.includes(`"${MARK_ESCAPED}`) ? text.replaceAll(WRITTEN_STAND_INS, '"$1"') : text;
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  for (const member of Array.isArray(value) ? value : Object.values(value))
    if (typeof member === 'object' && isDeeper(member, most - 1)) return true;
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const SPACE = 0x20;

/** Of a text that is known to be JSON. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    switch (this.#next()) {
      case OPEN_OBJECT:
        return this.#object();
      case OPEN_ARRAY:
        return this.#array();
      case QUOTE:
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  /** The character after blanks, which is not taken. */
  #next(): number {
    while (this.#text.charCodeAt(this.#at) <= SPACE) this.#at++;
    return this.#text.charCodeAt(this.#at);
  }

  #object(): object {
    const members: [string, unknown][] = [];
    const last = new Map<string, number>();
    this.#at++;
    while (this.#next() !== CLOSE_OBJECT) {
      const name = this.#string();
      // The colon.
      this.#next();
      this.#at++;
      last.set(name, members.length);
      members.push([name, this.value()]);
      if (this.#next() === COMMA) this.#at++;
    }
    this.#at++;
    for (const [index, member] of members.entries()) {
      const [name] = member;
      if (last.get(name) !== index) member[0] = `${MARK}${index}:${name}`;
      else if (INDEX.test(name) || name.startsWith(MARK)) member[0] = `${MARK}:${name}`;
    }
    return Object.fromEntries(members);
  }

  #array(): unknown[] {
    const elements: unknown[] = [];
    this.#at++;
    while (this.#next() !== CLOSE_ARRAY) {
      elements.push(this.value());
      if (this.#next() === COMMA) this.#at++;
    }
    this.#at++;
    return elements;
  }

  #string(): string {
    this.#next();
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    let isPlain = true;
    for (let code = text.charCodeAt(end); code !== QUOTE; code = text.charCodeAt(end)) {
      if (code === BACKSLASH) isPlain = false;
      end += code === BACKSLASH ? 2 : 1;
    }
    this.#at = end + 1;
    return isPlain ? text.slice(start + 1, end) : JSON.parse(text.slice(start, end + 1));
  }

  #scalar(): unknown {
    const start = this.#at;
    let code = this.#text.charCodeAt(start);
    while (code > SPACE && code !== COMMA && code !== CLOSE_OBJECT && code !== CLOSE_ARRAY)
      code = this.#text.charCodeAt(++this.#at);
    const token = this.#text.slice(start, this.#at);
    if (token === 'true') return true;
    if (token === 'false') return false;
    if (token === 'null') return null;
    const number = Number(token);
    return String(number) === token ? number : rawJSON(token);
  }
}
