/** Hrefs from path templates and back. A path is written once, in the contract; every href comes through here. */
import { encodedLiteral, parametersIn, type Segment, templateSegments } from '../contract/path-template.ts';

export type ParameterValue = string | number | boolean;

/** A path template cut at its parameters, once, when the document is loaded. */
export interface PathTemplate {
  readonly template: string;
  /** Percent-encoded, as they stand in an href (RFC 3986 §3.3). */
  readonly literals: readonly string[];
  readonly names: readonly string[];
  readonly segments: readonly Segment[];
}

export function pathTemplate(template: string): PathTemplate {
  const segments = templateSegments(template);
  const literals = [''];
  for (const [index, { fixed }] of segments.entries()) {
    const [first = '', ...others] = fixed.map(encodedLiteral);
    literals[literals.length - 1] += (index === 0 ? '' : '/') + first;
    literals.push(...others);
  }
  return { template, literals, names: segments.flatMap(({ names }) => names), segments };
}

/**
 * Expands a template with values for its parameters; values of other names become the query, in the order given.
 * @returns the path-absolute href, or undefined where a path parameter has no value.
 */
export function href(
  { literals, names }: PathTemplate,
  values: Iterable<readonly [string, ParameterValue | readonly ParameterValue[] | undefined]>,
): string | undefined {
  const given = new Map(values);
  let path = literals[0] ?? '';
  for (const [index, name] of names.entries()) {
    const value = given.get(name);
    if (value === undefined || value === '' || Array.isArray(value)) return undefined;
    path += encode(String(value)) + literals[index + 1];
    given.delete(name);
  }
  return withQuery(path, given);
}

/** Sets query parameters of an href; `undefined` removes one, an array repeats one. The rest stays as it is. */
export function withQuery(
  href: string,
  values: Iterable<readonly [string, ParameterValue | readonly ParameterValue[] | undefined]>,
): string {
  const [path = '', query = ''] = href.split('?', 2);
  const search = new URLSearchParams(query);
  for (const [name, value] of values) {
    search.delete(name);
    for (const one of value === undefined ? [] : [value].flat()) search.append(name, String(one));
  }
  const pairs = [...search].map(([name, value]) => `${encode(name)}=${encodeValue(name, value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

const LISTS: ReadonlySet<string> = new Set(['expand', 'fields']);

/** The commas of a list stay as they are (RFC 6570 §3.2.8). */
const encodeValue = (name: string, value: string): string =>
  LISTS.has(name) ? encode(value).replaceAll('%2C', ',') : encode(value);

/** As a URI template does (RFC 6570 §3.2.1): all but the unreserved, so that clients make the same strings. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The parameters of a path that a template matches, decoded; undefined where it does not match. */
export function matchPath({ segments }: PathTemplate, path: string): Record<string, string> | undefined {
  const raw = path.split('/');
  return parametersIn(segments, raw, path.includes('%') ? raw.map(decodeURIComponent) : raw);
}
