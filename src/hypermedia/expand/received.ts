/**
 * HAL resources that keep the bytes in which they were received. An expansion reads some links of a resource and adds
 * `_embedded` to it; all else is sent as it came. So the bytes are joined, instead of proving that nothing was lost
 * while parsing and serializing everything again.
 *
 * The parsed members of such a resource may be rounded, reordered or missing where JSON has more than JavaScript. They
 * are only read, and `encodeReceived` has to write the body. Only these changes are supported: `_embedded` of resources
 * that have none, `_expandErrors` of the primary body, and its `_links`.
 */
import { setImmediate } from 'node:timers/promises';
import {
  LONG_TEXT,
  MAX_LEVELS,
  memberName,
  parseExact,
  parseInexact,
  stringifyExact,
  toExact,
} from '../../codecs/exact-json.ts';
import { JsonSpans, type Span } from '../../codecs/json-spans.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body } from '../formats/format.ts';
import { copyJson } from './copy.ts';

/** Stands for the items of a page. */
const ITEMS = Symbol('items');
/** Stands for the links of a primary body, which may change. */
const LINKS = Symbol('links');

/**
 * Bytes as text, one character for each byte. A part of such a text costs nothing until the whole is written, while a
 * Buffer for each part would take most of the time.
 */
type Binary = string;

/** What a body was, without its last brace where it consists of pieces. */
type Source = Binary | readonly (Binary | typeof ITEMS | typeof LINKS)[];

/** A symbol property costs less than an entry of a WeakMap, of which there would be one for each resource. */
const SOURCE = Symbol('source');

interface ReceivedBody extends Body {
  [SOURCE]?: Source;
}

const sourceOf = (body: Body): Source | undefined => (body as ReceivedBody)[SOURCE];

const keep = (body: Body, source: Source): void => {
  (body as ReceivedBody)[SOURCE] = source;
};

/** Whether a body has to be written by `encodeReceived`. */
export const isReceived = (body: Body): boolean => sourceOf(body) !== undefined;

/**
 * Parses a HAL body. It keeps its bytes unless it already has something that the expansion may change; then its value is
 * exact.
 * @param text the decoded bytes, which are UTF-8
 * @throws SyntaxError for a text that is not JSON, RangeError for one that is nested too deeply or has too many values
 */
export async function receive(bytes: Buffer, text: string, role: 'primary' | 'part'): Promise<unknown> {
  const value = parseInexact(text);
  if (text.length > LONG_TEXT) await setImmediate();
  if (isJsonObject(value) && keepBytes(value, bytes, role)) return value;
  return toExact(text, value);
}

/** @returns whether the body keeps its bytes */
function keepBytes(body: Body, bytes: Buffer, role: 'primary' | 'part'): boolean {
  if ('_expandErrors' in body) return false;
  const items = itemsOf(body);
  if (items === undefined ? '_embedded' in body : !items.every(isPlain)) return false;
  const spans = new JsonSpans(bytes, MAX_LEVELS);
  const start = spans.next(0);
  // A byte order mark is not part of the value.
  if (bytes[start] !== OPEN_BRACE) return false;
  const binary = bytes.toString('latin1');
  if (role === 'part' && items === undefined) {
    // A short text cannot be nested too deeply.
    const end = bytes.length < 2 * MAX_LEVELS ? binary.lastIndexOf('}') + 1 : spans.skip(start, 0);
    keep(body, binary.slice(start, end));
    return true;
  }
  return keepMembers(body, { bytes, binary, spans, start, items, isPrimary: role === 'primary' });
}

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** The items of a page. */
function itemsOf({ _embedded: embedded }: Body): readonly unknown[] | undefined {
  const items = isJsonObject(embedded) ? embedded.item : undefined;
  return Array.isArray(items) ? items : undefined;
}

/** Whether nothing is embedded in a resource. */
const isPlain = (value: unknown): value is Body =>
  isJsonObject(value) && !('_embedded' in value) && !('_expandErrors' in value);

interface Received {
  readonly bytes: Buffer;
  readonly binary: Binary;
  readonly spans: JsonSpans;
  readonly start: number;
  readonly items: readonly unknown[] | undefined;
  readonly isPrimary: boolean;
}

/** Members with a duplicate are left to the exact parser. */
function keepMembers(body: Body, { bytes, binary, spans, start, items, isPrimary }: Received): boolean {
  const cuts: (Span & { readonly what: typeof ITEMS | typeof LINKS })[] = [];
  let elements: readonly Span[] | undefined;
  const readEmbedded = (name: string, at: number): number => {
    if (name !== 'item' || bytes[at] !== OPEN_BRACKET) return spans.skip(at, 2);
    const found = spans.elements(at, 2);
    elements = found.spans;
    cuts.push({ start: at + 1, end: found.end - 1, what: ITEMS });
    return found.end;
  };
  const end = spans.members(start, (name, at) => {
    if (name === '_embedded' && bytes[at] === OPEN_BRACE) return spans.members(at, readEmbedded);
    const after = spans.skip(at, 1);
    if (isPrimary && name === '_links') cuts.push({ start: at, end: after, what: LINKS });
    return after;
  });
  const links = cuts.filter(({ what }) => what === LINKS);
  const hasDuplicates = links.length > 1 || cuts.length - links.length > 1;
  if (hasDuplicates || elements?.length !== items?.length) return false;
  if (elements && items)
    for (let index = 0; index < items.length; index++) {
      const span = elements[index] as Span;
      keep(items[index] as Body, binary.slice(span.start, span.end));
    }
  for (const link of links) body._links = parseExact(bytes.toString('utf8', link.start, link.end));
  const pieces: Exclude<Source, Binary>[number][] = [];
  let from = start;
  for (const cut of cuts) {
    pieces.push(binary.slice(from, cut.start), cut.what);
    from = cut.end;
  }
  pieces.push(binary.slice(from, end - 1));
  keep(body, pieces);
  return true;
}

/** Copies a body, so that other resources can be embedded in the copy. */
export function copyBody(body: Body): Body {
  if (!isReceived(body)) return copyJson(body);
  const copy = { ...body };
  const items = itemsOf(body) as readonly Body[] | undefined;
  if (items) copy._embedded = { ...(body._embedded as Body), item: items.map(copyBody) };
  return copy;
}

/** The size of a resource when it was received; undefined if it does not keep its bytes, or is a page. */
export function receivedSize(body: Body): number | undefined {
  const source = sourceOf(body);
  return typeof source === 'string' ? source.length : undefined;
}

/** The JSON of a body with all that was embedded in it; undefined if it does not keep its bytes. */
export const encodeReceived = (body: Body): Buffer | undefined =>
  isReceived(body) ? Buffer.from(write(body), 'latin1') : undefined;

function write(value: unknown): Binary {
  if (!isJsonObject(value)) return Array.isArray(value) ? `[${writeList(value)}]` : writeExact(value);
  const source = sourceOf(value);
  if (source === undefined) return '_embedded' in value ? writeMembers(value) : writeExact(value);
  return typeof source === 'string' ? writeResource(value, source) : writePieces(value, source);
}

const writeResource = ({ _embedded: embedded }: Body, source: Binary): Binary =>
  embedded === undefined ? source : `${source.slice(0, -1)},"_embedded":${writeMembers(embedded as Body)}}`;

function writePieces(body: Body, source: Exclude<Source, Binary>): Binary {
  let text = '';
  for (const piece of source) {
    if (piece === ITEMS) text += writeList(itemsOf(body) ?? []);
    else text += piece === LINKS ? writeExact(body._links) : piece;
  }
  const { _embedded: embedded, _expandErrors: errors } = body;
  if (embedded !== undefined && !source.includes(ITEMS))
    text += `,"_embedded":${writeMembers(embedded as Body)}`;
  if (errors !== undefined) text += `,"_expandErrors":${writeExact(errors)}`;
  return `${text}}`;
}

const writeList = (values: readonly unknown[]): Binary => values.map(write).join();

/** Resources in `_embedded` may keep their bytes. */
const writeMembers = (object: Body): Binary =>
  `{${Object.entries(object)
    .map(([key, value]) => {
      const isEmbedded = key === '_embedded' && isJsonObject(value);
      return `${toBinary(JSON.stringify(memberName(key)))}:${isEmbedded ? writeMembers(value) : write(value)}`;
    })
    .join()}}`;

const writeExact = (value: unknown): Binary => toBinary(stringifyExact(value));

const toBinary = (text: string): Binary => (isAscii(text) ? text : Buffer.from(text).toString('latin1'));

const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);
