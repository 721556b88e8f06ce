/** Hrefs from path templates and back. A path is written once, in the contract; every href comes through here. */
import {
  encodedLiteral,
  matchTemplate,
  type Segment,
  templateSegments,
} from '../../contract/path-template.ts';

import { hasControl, hasDots } from './path-segment.ts';
import { uriText } from './uri-text.ts';

export type ParameterValue = string | number | boolean;

/** A path template cut at its parameters, once, when the document is loaded. */
export interface PathTemplate {
  /** As it is written. */
  readonly template: string;
  /** Percent-encoded, as they stand in an href (RFC 3986 §3.3, RFC 6570 §3.1). */
  readonly literals: readonly string[];
  readonly names: readonly string[];
  readonly segments: readonly Segment[];
  /** Whether each parameter has a segment of its own: then no value can be taken for two. */
  readonly isSimple: boolean;
  /** What other operations of the method match first: a value that would lead to one of them is none. */
  readonly before?: readonly PathTemplate[];
}

export function pathTemplate(template: string): PathTemplate {
  const segments = templateSegments(template);
  const literals = [''];
  for (const [index, { fixed }] of segments.entries()) {
    const [first = '', ...others] = fixed.map(encodedLiteral);
    literals[literals.length - 1] += (index === 0 ? '' : '/') + first;
    literals.push(...others);
  }
  const isSimple = segments.every(
    ({ names, fixed }) => names.length === 0 || fixed.every((text) => text === ''),
  );
  return { template, literals, names: segments.flatMap(({ names }) => names), segments, isSimple };
}

/** How much of a segment is fixed: all, the text around parameters, or nothing. */
const fixedIn = (segment: string): number =>
  segment.includes('{') ? segment.replaceAll(/\{[^}]*\}/g, '').length : Number.POSITIVE_INFINITY;

/** Whether some path is of both templates, and goes to the first of them: what is fixed goes before a parameter. */
export function isBefore(one: PathTemplate, other: PathTemplate): boolean {
  const [left, right] = [one.template.split('/'), other.template.split('/')];
  if (left.length !== right.length) return false;
  const differing = left.flatMap((segment, index) => {
    const beside = right[index] as string;
    const [a, b] = [fixedIn(segment), fixedIn(beside)];
    if (Number.isFinite(a) || Number.isFinite(b)) return a === b ? [] : [a - b];
    return segment === beside ? [] : [Number.NaN];
  });
  return !differing.some(Number.isNaN) && (differing[0] ?? 0) > 0;
}

type Values = Iterable<readonly [string, ParameterValue | readonly ParameterValue[] | undefined]>;

/**
 * Expands a template with values for its parameters; values of other names become the query, in the order given.
 * @returns the path-absolute href, or undefined where a path parameter has no value, or one that no path can carry:
 * `..` would lead to another resource.
 */
export function href(template: PathTemplate, values: Values): string | undefined {
  const { literals, names } = template;
  const given = new Map(values);
  const inPath: string[] = [];
  let path = literals[0] ?? '';
  for (const [index, name] of names.entries()) {
    const value = given.get(name);
    if (value === undefined || value === '' || Array.isArray(value)) return undefined;
    const text = String(value);
    if (!text.isWellFormed()) return undefined;
    inPath.push(text);
    path += encode(text) + literals[index + 1];
    given.delete(name);
  }
  if (template.before?.some((one) => matchPath(one, path) !== undefined)) return undefined;
  if (template.isSimple ? !inPath.every(isCarried) : !comesBack(template, path, inPath)) return undefined;
  for (const value of given.values())
    if (![value].flat().every((one) => typeof one !== 'string' || one.isWellFormed())) return undefined;
  return withQuery(path, given);
}

const isCarried = (value: string): boolean => !hasControl(value) && !hasDots(value);

/** In `{name}.{ext}` a value may have what stands between them. */
function comesBack(template: PathTemplate, path: string, values: readonly string[]): boolean {
  const found = matchPath(template, path) ?? {};
  const segments = path.split('/').map((segment) => decodeURIComponent(segment));
  return template.names.every((name, index) => found[name] === values[index]) && segments.every(isCarried);
}

/**
 * Sets query parameters of an href; `undefined` removes one, an array repeats one. The rest stays as it is, but for
 * characters that no URI may have.
 */
export function withQuery(href: string, values: Values): string {
  const set = new Map(values);
  const fragmentAt = at(href, '#', href.length);
  const queryAt = at(href, '?', fragmentAt);
  const pairs: string[] = [];
  if (queryAt < fragmentAt)
    for (const pair of href.slice(queryAt + 1, fragmentAt).split('&'))
      if (pair !== '' && !set.has(nameOf(pair))) pairs.push(uriText(pair));
  for (const [name, value] of set) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value])
      pairs.push(`${encode(name)}=${encodeValue(name, String(one))}`);
  }
  const query = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  return href.slice(0, queryAt) + query + href.slice(fragmentAt);
}

/** Where a character is first, before an end. */
function at(text: string, character: string, end: number): number {
  const index = text.indexOf(character);
  return index < 0 || index > end ? end : index;
}

/** Whether a link has an href that parameters can be added to: a template (RFC 6570) is filled in by its reader. */
export const isAddress = (link: { readonly href?: unknown }): link is { href: string } =>
  typeof link.href === 'string' && !link.href.includes('{');

/** Of a pair of a query, as a form writes it. */
function nameOf(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** The parameters that select what of a resource comes, and what comes with it. */
export const SELECTION_PARAMETERS = ['expand', 'fields'] as const;

/** An address without what is selected from it. */
export const plain = (href: string): string =>
  withQuery(
    href,
    SELECTION_PARAMETERS.map((name) => [name, undefined]),
  );

const LISTS: ReadonlySet<string> = new Set(SELECTION_PARAMETERS);

/** The commas of a list stay as they are (RFC 6570 §3.2.8). */
const encodeValue = (name: string, value: string): string =>
  LISTS.has(name) ? encode(value).replaceAll('%2C', ',') : encode(value);

/** As a URI template does (RFC 6570 §3.2.1): all but the unreserved, so that clients make the same strings. */
const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * The parameters of a path that a template matches, decoded.
 * @returns undefined where it does not match, and where a parameter cannot be decoded
 */
export function matchPath({ segments }: PathTemplate, path: string): Record<string, string> | undefined {
  const raw = path.split('/');
  try {
    return matchTemplate(segments, raw, path.includes('%') ? raw.map(decodeURIComponent) : raw);
  } catch {
    // Not percent-encoded as UTF-8: no value of ours.
    return undefined;
  }
}
