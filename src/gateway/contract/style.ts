/** How a parameter stands in text (OpenAPI 3.1 §4.8.12, "Style Examples"), and what it is when that is taken off. */
import type { Json } from '../document/grammar.ts';

/** Whether the schema takes an array, an object, one value, or one or many. */
export type Form = 'array' | 'object' | 'scalar' | 'either';

export interface Style {
  readonly name: string;
  readonly style: string;
  readonly explode: boolean;
  readonly form: Form;
}

const SEPARATORS: Readonly<Record<string, string>> = { spaceDelimited: ' ', pipeDelimited: '|' };

/** @param texts as they came, decoded: more than one where the name was given more often */
export function readStyled(parameter: Style, texts: readonly string[]): unknown {
  const { form, explode } = parameter;
  const values = texts.flatMap((text) => piecesOf(parameter, text));
  if (form === 'scalar') return values[0];
  if (form === 'object') return explode ? fromPairs(values) : fromList(values);
  return form === 'either' && values.length === 1 ? values[0] : values;
}

function piecesOf({ name, style, explode, form }: Style, text: string): string[] {
  if (style === 'matrix') {
    const parts = text.replace(/^;/, '').split(';');
    const values = parts.map((part) => (part.startsWith(`${name}=`) ? part.slice(name.length + 1) : part));
    return explode || form === 'scalar' ? values : values.flatMap((value) => value.split(','));
  }
  if (style === 'label') {
    const value = text.replace(/^\./, '');
    return form === 'scalar' ? [value] : value.split(explode ? '.' : ',');
  }
  // In a query each has a parameter of its own then.
  if (form === 'scalar' || (style === 'form' && explode)) return [text];
  return text.split(SEPARATORS[style] ?? ',');
}

/** `R=100`, `G=200`. */
const fromPairs = (values: readonly string[]): Json =>
  Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf('=');
      return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1)];
    }),
  );

/** `R`, `100`, `G`, `200`. */
const fromList = (values: readonly string[]): Json =>
  Object.fromEntries(
    values.flatMap((name, index) => (index % 2 === 0 ? [[name, values[index + 1] ?? '']] : [])),
  );
