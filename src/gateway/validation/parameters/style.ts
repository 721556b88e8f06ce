/** Parses text by the style of its parameter (OpenAPI 3.1 §4.8.12, "Style Examples"). */

import { type Encoding, VERBATIM } from '../../../http/uri/encoding.ts';
import type { Json } from '../../../openapi/load/grammar.ts';

/** Whether the schema accepts an array, an object, a single value, or a single value and an array. */
export type ValueShape = 'array' | 'object' | 'scalar' | 'either';

export interface Style {
  readonly name: string;
  readonly style: string;
  readonly explode: boolean;
  readonly shape: ValueShape;
}

/** Delimiters, plain or percent-encoded. */
const SEPARATORS: Readonly<Record<string, RegExp>> = {
  spaceDelimited: /%20|\+| /,
  pipeDelimited: /\||%7C/i,
};
const COMMA = /,/;
/** The delimiter of clients that encode every comma of a list. */
const ENCODED_COMMA = /,|%2C/i;

/**
 * Splits text before decoding it: a percent-encoded delimiter is data (RFC 6570 §3.2.1).
 * @param texts still encoded; several if the name was given several times
 * @param isLenient whether an encoded comma is a delimiter too
 */
export function readStyled(
  parameter: Style,
  texts: readonly string[],
  { decode, hasHttpLists }: Encoding = VERBATIM,
  isLenient = false,
): unknown {
  const { shape: form, explode } = parameter;
  const raw = texts.flatMap((text) => piecesOf(parameter, text, isLenient ? ENCODED_COMMA : COMMA));
  const pieces = hasHttpLists && form !== 'scalar' ? elementsOf(raw, form) : raw;
  if (form === 'object') return explode ? fromPairs(pieces, decode) : fromList(pieces.map(decode));
  const values = pieces.map(decode);
  if (form === 'scalar') return values[0];
  return form === 'either' && values.length === 1 ? values[0] : values;
}

function piecesOf({ name, style, explode, shape: form }: Style, text: string, comma: RegExp): string[] {
  if (style === 'matrix') {
    const parts = text.replace(/^(?:;|%3B)/i, '').split(';');
    const values = parts.map((part) => (part.startsWith(`${name}=`) ? part.slice(name.length + 1) : part));
    return explode || form === 'scalar' ? values : values.flatMap((value) => value.split(comma));
  }
  if (style === 'label') {
    const value = text.replace(/^\./, '');
    return form === 'scalar' ? [value] : value.split(explode ? '.' : comma);
  }
  // An exploded query parameter has one value for each occurrence.
  if (form === 'scalar' || (style === 'form' && explode)) return [text];
  return text.split(SEPARATORS[style] ?? comma);
}

/** An empty value is a valid member of an object. */
function elementsOf(pieces: readonly string[], form: ValueShape): string[] {
  const elements = pieces.map(withoutBlanks);
  const isList = form === 'array' || (form === 'either' && elements.length > 1);
  return isList ? elements.filter((element) => element !== '') : elements;
}

function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.slice(start, end);
}

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t';

/** `R=100`, `G=200`. */
const fromPairs = (pieces: readonly string[], decode: Encoding['decode']): Json =>
  Object.fromEntries(
    pieces.map((piece) => {
      const at = piece.indexOf('=');
      return at < 0 ? [decode(piece), ''] : [decode(piece.slice(0, at)), decode(piece.slice(at + 1))];
    }),
  );

/** `R`, `100`, `G`, `200`. */
const fromList = (values: readonly string[]): Json =>
  Object.fromEntries(
    values.flatMap((name, index) => (index % 2 === 0 ? [[name, values[index + 1] ?? '']] : [])),
  );
