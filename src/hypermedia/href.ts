/** Hrefs from path templates and back. A path is written once, in the contract; every href comes through here. */

export type ParameterValue = string | number | boolean;

/** A path template cut at its parameters, once, when the document is loaded. */
export interface PathTemplate {
  /** As it is written. */
  readonly template: string;
  /** What is before, between and after the parameters, as a URI has it. */
  readonly literals: readonly string[];
  readonly names: readonly string[];
}

export function pathTemplate(template: string): PathTemplate {
  const parts = template.split(/\{([^}]+)\}/);
  return {
    template,
    literals: parts.filter((_, index) => index % 2 === 0).map(encodedLiteral),
    names: parts.filter((_, index) => index % 2 === 1),
  };
}

/** What is not allowed in a URI is encoded, and what is encoded stays so (RFC 6570 §3.1). */
const encodedLiteral = (literal: string): string =>
  normal(
    literal
      .toWellFormed()
      .replaceAll(/[^\w.~!$&'()*+,;=:@/?#%-]+|%(?![\da-f]{2})/gi, (text) => encodeURIComponent(text)),
  );

/** Equivalent percent-encodings become one (RFC 3986 §6.2.2). */
const normal = (path: string): string =>
  path.includes('%')
    ? path.replaceAll(/%([\da-f]{2})/gi, (encoded, hex: string) => {
        const character = String.fromCharCode(Number.parseInt(hex, 16));
        return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
      })
    : path;

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

/**
 * The parameters of a path that a template matches, decoded; undefined where it does not match. Of several in one segment
 * each ends where what follows it is found first.
 *
 * @throws URIError for a parameter that cannot be decoded
 */
export function matchPath(
  { literals, names }: PathTemplate,
  path: string,
): Record<string, string> | undefined {
  const text = normal(path);
  const [first = ''] = literals;
  const last = names.length === 0 ? '' : (literals.at(-1) ?? '');
  const end = text.length - last.length;
  if (names.length === 0 && text !== first) return undefined;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  let at = first.length;
  const values: string[] = [];
  for (let index = 0; index < names.length; index++) {
    const isLast = index === names.length - 1;
    const literal = literals[index + 1] as string;
    const next = isLast ? end : text.indexOf(literal, at + 1);
    const value = text.slice(at, next);
    if (next <= at || next > end || value.includes('/')) return undefined;
    values.push(value);
    at = next + literal.length;
  }
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index] as string)]));
}
