/**
 * Parses and stringifies JSON so that unchanged content is written as it was read (RFC 8259 §4, §6). A number that
 * a double cannot represent, or that has another spelling, keeps its text. Members keep their order and their
 * duplicates. All other values are those of `JSON.parse`, and a text without such content costs no more.
 */

import { setImmediate } from 'node:timers/promises';

/** A number with its text, as `JSON.rawJSON` creates it. */
export interface RawNumber {
  readonly rawJSON: string;
}

const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Whether a value is a number with its text. `typeof` reports an object for it, but JSON has none there. */
export const isRawNumber: (value: unknown) => value is RawNumber = isRawJSON;

/** A scalar as text; a raw number keeps its own text. */
export const scalarText = (value: unknown): string =>
  isRawNumber(value) ? value.rawJSON : typeof value === 'object' ? JSON.stringify(value) : String(value);

/**
 * Starts the substitute for a member name that an object cannot hold in its place: an index, which objects move to
 * the front, or an earlier member of the same name. It is a lone surrogate, which does not occur in text. A name
 * that starts with one gets a substitute as well.
 */
const MARKER = '\udc00';
const ESCAPED_MARKER = '\\udc00';
const SUBSTITUTE = /^\udc00\d*:/;
const WRITTEN_SUBSTITUTES = /(?<=[{,]\s*)"\\udc00\d*:((?:[^"\\]|\\.)*)"(?=\s*:)/g;

/** Names that an object treats as indexes, and sorts. */
const INDEX = /^(?:0|[1-9]\d{0,9})$/;

/** The name of a member in the text. */
export const memberName = (key: string): string => key.replace(SUBSTITUTE, '');

/** The key of a member in its object; of several with one name the last. */
export function memberKey(object: object, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const substitute = `${MARKER}:${name}`;
  return Object.hasOwn(object, substitute) ? substitute : undefined;
}

/** Deeper texts are refused, because values are written recursively, here and at the client. */
export const MAX_LEVELS = 1000;

/** Texts with more values are refused, because reading and writing them would delay other requests for too long. */
const MAX_VALUES = 400_000;

/**
 * @throws SyntaxError for a text that is not JSON, RangeError for one that is nested too deeply or has too many
 * values
 */
export function parseExact(text: string): unknown {
  return exactOf(text, parseInexact(text));
}

function exactOf(text: string, value: unknown): unknown {
  checkLevels(value);
  if (isExact(value, text)) return value;
  const reader = new ExactReader(text);
  reader.read(Number.POSITIVE_INFINITY);
  return reader.value;
}

/**
 * A longer text is read in steps, so that other work can run in between. Each step takes a few milliseconds per
 * megabyte.
 */
export const LONG_TEXT = 128 * 1024;
const VALUES_PER_STEP = 20_000;

/** Does the same as `parseExact`, for texts that may be long. */
export const parseExactAsync = async (text: string): Promise<unknown> => toExact(text, parseInexact(text));

/**
 * @param value the result of `parseInexact`
 * @returns the result of `parseExact`
 * @throws RangeError for a text that is nested too deeply
 */
export async function toExact(text: string, value: unknown): Promise<unknown> {
  if (text.length < LONG_TEXT) return exactOf(text, value);
  checkLevels(value);
  await setImmediate();
  if (isExact(value, text)) return value;
  const reader = new ExactReader(text);
  do await setImmediate();
  while (!reader.read(VALUES_PER_STEP));
  return reader.value;
}

/**
 * Does the same as `JSON.parse`.
 * @throws SyntaxError for a text that is not JSON, RangeError for one that has too many values
 */
export function parseInexact(text: string): unknown {
  if (hasMoreValues(text, MAX_VALUES)) throw new RangeError('has too many values');
  return JSON.parse(text);
}

function checkLevels(value: unknown): void {
  if (isDeeper(value, MAX_LEVELS)) throw new RangeError('is nested too deeply');
}

/** Counts characters that can precede a value. It also counts those in strings, which keeps it fast. */
function hasMoreValues(text: string, max: number): boolean {
  if (text.length <= max) return false;
  let values = 0;
  for (let at = 0; at < text.length && values <= max; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === OPEN_OBJECT || code === OPEN_ARRAY) values += 1;
  }
  return values > max;
}

/** Whether the value is written as it was read, so that nothing was lost. */
const isExact = (value: unknown, text: string): boolean =>
  JSON.stringify(value) === text && !text.includes(ESCAPED_MARKER);

/** Does the same as `JSON.stringify`, for values of `parseExact` and values derived from them. */
export function stringifyExact(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return text.includes(ESCAPED_MARKER) ? text.replaceAll(WRITTEN_SUBSTITUTES, '"$1"') : text;
}

/** Iterates with `for in`, because an array of the members of each object would take most of the time. */
function isDeeper(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (max === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, max - 1));
  const object = value as Record<string, unknown>;
  for (const name in object) if (isDeeper(object[name], max - 1)) return true;
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

/** An object or an array that is being read. */
interface OpenContainer {
  readonly container: Record<string, unknown> | unknown[];
  /** The name of the member whose value follows. */
  name: string;
  /** All members, where one of them cannot be stored under its name. It replaces the container then. */
  members?: [string, unknown][];
}

/** Reads a text that is known to be valid JSON, without recursion. */
class ExactReader {
  readonly #text: string;
  readonly #open: OpenContainer[] = [];
  #position = 0;
  value: unknown;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * @param max number of values to read in this step
   * @returns whether the text has been read completely
   */
  read(max: number): boolean {
    for (let left = max; left > 0; left--) {
      const code = this.#peek();
      if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        this.#position++;
        const isArray = code === OPEN_ARRAY;
        this.#open.push({ container: isArray ? [] : {}, name: '' });
        if (this.#peek() !== (isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) {
          if (!isArray) this.#readName();
          continue;
        }
        this.#position++;
        if (this.#addToParent(closeContainer(this.#open.pop() as OpenContainer))) return true;
      } else if (this.#addToParent(code === QUOTE ? this.#readString() : this.#readScalar())) return true;
    }
    return false;
  }

  /**
   * Adds a value to its parent and closes the containers that end with it.
   * @returns whether the text has been read completely
   */
  #addToParent(value: unknown): boolean {
    let done = value;
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      addValue(open, done);
      const code = this.#peek();
      this.#position++;
      if (code === COMMA) {
        if (!Array.isArray(open.container)) this.#readName();
        return false;
      }
      this.#open.pop();
      done = closeContainer(open);
    }
    this.value = done;
    return true;
  }

  /** Skips blanks and returns the next character without consuming it. */
  #peek(): number {
    while (this.#text.charCodeAt(this.#position) <= SPACE) this.#position++;
    return this.#text.charCodeAt(this.#position);
  }

  /** Reads the name of a member and its colon. */
  #readName(): void {
    this.#peek();
    (this.#open.at(-1) as OpenContainer).name = this.#readString();
    this.#peek();
    this.#position++;
  }

  #readString(): string {
    const text = this.#text;
    const start = this.#position;
    let end = start + 1;
    let isPlain = true;
    for (let code = text.charCodeAt(end); code !== QUOTE; code = text.charCodeAt(end)) {
      if (code === BACKSLASH) isPlain = false;
      end += code === BACKSLASH ? 2 : 1;
    }
    this.#position = end + 1;
    return isPlain ? text.slice(start + 1, end) : JSON.parse(text.slice(start, end + 1));
  }

  #readScalar(): unknown {
    const start = this.#position;
    let code = this.#text.charCodeAt(start);
    while (code > SPACE && code !== COMMA && code !== CLOSE_OBJECT && code !== CLOSE_ARRAY)
      code = this.#text.charCodeAt(++this.#position);
    const token = this.#text.slice(start, this.#position);
    if (token === 'true') return true;
    if (token === 'false') return false;
    if (token === 'null') return null;
    const number = Number(token);
    return String(number) === token ? number : rawJSON(token);
  }
}

function addValue(open: OpenContainer, value: unknown): void {
  const { container, name } = open;
  if (Array.isArray(container)) {
    container.push(value);
    return;
  }
  if (open.members === undefined) {
    if (!needsSubstitute(name) && name !== '__proto__' && !Object.hasOwn(container, name)) {
      container[name] = value;
      return;
    }
    open.members = Object.entries(container);
  }
  open.members.push([name, value]);
}

const needsSubstitute = (name: string): boolean => INDEX.test(name) || name.startsWith(MARKER);

function closeContainer({ container, members }: OpenContainer): unknown {
  if (members === undefined) return container;
  const last = new Map(members.map(([name], index) => [name, index]));
  return Object.fromEntries(
    members.map(([name, value], index) => {
      if (last.get(name) !== index) return [`${MARKER}${index}:${name}`, value];
      return [needsSubstitute(name) ? `${MARKER}:${name}` : name, value];
    }),
  );
}
