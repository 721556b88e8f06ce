/**
 * Creates hrefs from path templates and matches paths against them. A path is written once, in the contract; every
 * href is created here.
 */
import {
  encodedLiteral,
  matchTemplate,
  type Segment,
  templateSegments,
} from '../../contract/path-template.ts';

import { hasControl, hasDots } from './path-segment.ts';
import { encodeUriText } from './uri-text.ts';

export type ParameterValue = string | number | boolean;

/** A path template, split at its parameters once when the document is loaded. */
export interface PathTemplate {
  /** The template as the document has it. */
  readonly template: string;
  /** The text between parameters, percent-encoded as in an href (RFC 3986 §3.3, RFC 6570 §3.1). */
  readonly literals: readonly string[];
  readonly names: readonly string[];
  readonly segments: readonly Segment[];
  /** Whether each parameter has a segment of its own. Its value then cannot be ambiguous. */
  readonly isSimple: boolean;
  /**
   * Templates of other operations of the method that match first. A value whose path matches one of them is
   * invalid.
   */
  readonly precedingTemplates?: readonly PathTemplate[];
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

/** The length of the fixed text of a segment: infinite where all of it is fixed. */
const fixedLength = (segment: string): number =>
  segment.includes('{') ? segment.replaceAll(/\{[^}]*\}/g, '').length : Number.POSITIVE_INFINITY;

/** Whether some path matches both templates and belongs to the first: fixed text takes precedence over parameters. */
export function takesPrecedence(one: PathTemplate, other: PathTemplate): boolean {
  const [left, right] = [one.template.split('/'), other.template.split('/')];
  if (left.length !== right.length) return false;
  const differing = left.flatMap((segment, index) => {
    const beside = right[index] as string;
    const [a, b] = [fixedLength(segment), fixedLength(beside)];
    if (Number.isFinite(a) || Number.isFinite(b)) return a === b ? [] : [a - b];
    return segment === beside ? [] : [Number.NaN];
  });
  return !differing.some(Number.isNaN) && (differing[0] ?? 0) > 0;
}

type Values = Iterable<readonly [string, ParameterValue | readonly ParameterValue[] | undefined]>;

/**
 * Expands a template with values for its parameters. Values of other names become the query, in the given order.
 * @returns the path-absolute href, or undefined where a path parameter has no value or one that a path cannot
 * carry, such as `..`, which would lead to another resource
 */
export function href(template: PathTemplate, values: Values): string | undefined {
  const { literals, names } = template;
  const remaining = new Map(values);
  const pathValues: string[] = [];
  let path = literals[0] ?? '';
  for (const [index, name] of names.entries()) {
    const value = remaining.get(name);
    if (value === undefined || value === '' || Array.isArray(value)) return undefined;
    const text = String(value);
    if (!text.isWellFormed()) return undefined;
    pathValues.push(text);
    path += encode(text) + literals[index + 1];
    remaining.delete(name);
  }
  if (template.precedingTemplates?.some((one) => matchPath(one, path) !== undefined)) return undefined;
  if (template.isSimple ? !pathValues.every(isSafeSegment) : !roundTrips(template, path, pathValues))
    return undefined;
  for (const value of remaining.values())
    if (![value].flat().every((one) => typeof one !== 'string' || one.isWellFormed())) return undefined;
  return withQuery(path, remaining);
}

const isSafeSegment = (value: string): boolean => !hasControl(value) && !hasDots(value);

/**
 * In `{name}.{ext}` a value may contain the text between the parameters, and would then be read back as another
 * value.
 */
function roundTrips(template: PathTemplate, path: string, values: readonly string[]): boolean {
  const found = matchPath(template, path) ?? {};
  const segments = path.split('/').map((segment) => decodeURIComponent(segment));
  return (
    template.names.every((name, index) => found[name] === values[index]) && segments.every(isSafeSegment)
  );
}

/**
 * Sets query parameters of an href: `undefined` removes one, an array repeats one. The rest stays unchanged, except
 * that characters that a URI cannot contain are encoded.
 */
export function withQuery(href: string, values: Values): string {
  const set = new Map(values);
  const fragmentAt = indexBefore(href, '#', href.length);
  const queryAt = indexBefore(href, '?', fragmentAt);
  const pairs: string[] = [];
  if (queryAt < fragmentAt)
    for (const pair of href.slice(queryAt + 1, fragmentAt).split('&'))
      if (pair !== '' && !set.has(queryParameterName(pair))) pairs.push(encodeUriText(pair));
  for (const [name, value] of set) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value])
      pairs.push(`${encode(name)}=${encodeValue(name, String(one))}`);
  }
  const query = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  return href.slice(0, queryAt) + query + href.slice(fragmentAt);
}

/** The index of the first such character before an end, or the end. */
function indexBefore(text: string, character: string, end: number): number {
  const index = text.indexOf(character);
  return index < 0 || index > end ? end : index;
}

/** Whether query parameters can be added to the href of a link. A template (RFC 6570) has to be expanded first. */
export const isAddress = (link: { readonly href?: unknown }): link is { href: string } =>
  typeof link.href === 'string' && !link.href.includes('{');

/** The name of a pair of a query, decoded as in a form. */
function queryParameterName(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** The parameters that select members and embedded resources. */
export const SELECTION_PARAMETERS = ['expand', 'fields'] as const;

/** Removes the selection parameters from an href. */
export const withoutSelection = (href: string): string =>
  href.includes('?') ? withQuery(href, NO_SELECTION_PARAMETERS) : href;

const NO_SELECTION_PARAMETERS = SELECTION_PARAMETERS.map((name) => [name, undefined] as const);

const LIST_PARAMETERS: ReadonlySet<string> = new Set(SELECTION_PARAMETERS);

/** The commas of a list are not encoded (RFC 6570 §3.2.8). */
const encodeValue = (name: string, value: string): string =>
  LIST_PARAMETERS.has(name) ? encode(value).replaceAll('%2C', ',') : encode(value);

/**
 * Encodes as a URI template does (RFC 6570 §3.2.1): everything but unreserved characters, so that clients build the
 * same strings.
 */
const encode = (text: string): string =>
  UNRESERVED.test(text)
    ? text
    : encodeURIComponent(text.toWellFormed()).replaceAll(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      );

/** RFC 3986 §2.3. Most values have no other characters. */
const UNRESERVED = /^[\w.~-]*$/;

/**
 * Reads the decoded parameters of a path.
 * @returns undefined where the template does not match, or a parameter cannot be decoded
 */
export function matchPath({ segments }: PathTemplate, path: string): Record<string, string> | undefined {
  const raw = path.split('/');
  try {
    return matchTemplate(segments, raw, path.includes('%') ? raw.map(decodeURIComponent) : raw);
  } catch {
    // The path is not percent-encoded UTF-8.
    return undefined;
  }
}
