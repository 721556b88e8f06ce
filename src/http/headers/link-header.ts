/**
 * The `Link` header (RFC 8288 §3): written, and parsed so that it can be written again unchanged. Hrefs and
 * relations may come from a service or its document. Characters that a URI reference cannot contain are encoded, so
 * that the header is always ASCII and no value ends a link early.
 */

export interface HeaderLink {
  readonly href: string;
  readonly rel: string;
  /** Media type of the target. */
  readonly type?: string | undefined;
}

export const linkHeader = (links: readonly HeaderLink[]): string =>
  links
    .map(
      ({ href, rel, type }) =>
        `<${encodeUnsafe(href, NOT_IN_TARGET)}>; rel="${encodeUnsafe(rel, NOT_IN_QUOTED_STRING)}"${type === undefined ? '' : `; type="${encodeUnsafe(type, NOT_IN_QUOTED_STRING)}"`}`,
    )
    .join(', ');

/** Characters that cannot stand between `<` and `>`: everything but visible ASCII, and the brackets themselves. */
const NOT_IN_TARGET = /[^!-~]+|[<>]/g;
/** Characters that cannot stand in a quoted string unescaped. */
const NOT_IN_QUOTED_STRING = /[^ -~]+|["\\]/g;

const encodeUnsafe = (text: string, unsafe: RegExp): string =>
  text.search(unsafe) < 0 ? text : text.toWellFormed().replaceAll(unsafe, (part) => encodeURIComponent(part));

/** A link of a header, with its original text. */
export interface ParsedLink {
  readonly uri: string;
  /** The relations; registered names are in lower case (§2.1.1). */
  readonly rels: readonly string[];
  /** The context of the link (§3.2), where it is not the resource of the response. */
  readonly anchor: string | undefined;
  /** The text of the parameters, from the first semicolon on. */
  readonly parameters: string;
}

export const formatLink = ({ uri, parameters }: Pick<ParsedLink, 'uri' | 'parameters'>): string =>
  `<${uri}>${parameters}`;

const BLANK = /[\s,]*/y;

/** @returns undefined for a malformed header */
export function parseLinkHeader(value: string): ParsedLink[] | undefined {
  const links: ParsedLink[] = [];
  let at = 0;
  while (at < value.length) {
    // A list may have empty elements (RFC 9110 §5.6.1).
    BLANK.lastIndex = at;
    BLANK.test(value);
    at = BLANK.lastIndex;
    if (at === value.length) break;
    const close = value.indexOf('>', at);
    if (value[at] !== '<' || close < 0) return undefined;
    const end = endOfLink(value, close);
    if (end < 0) return undefined;
    links.push(parseLink(value.slice(at + 1, close), value.slice(close + 1, end).trimEnd()));
    at = end;
  }
  return links;
}

/** The index of the comma after the link, or the end; -1 for an unterminated quoted string. */
function endOfLink(value: string, from: number): number {
  for (let at = from; at < value.length; at++) {
    if (value[at] === ',') return at;
    if (value[at] !== '"') continue;
    for (at++; value[at] !== '"'; at++) {
      if (at >= value.length) return -1;
      if (value[at] === '\\') at++;
    }
  }
  return value.length;
}

const PARAMETER = /;\s*([^\s=;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/g;

function parseLink(uri: string, parameters: string): ParsedLink {
  const values = new Map<string, string>();
  for (const [, name = '', quoted, token] of parameters.matchAll(PARAMETER)) {
    const lower = name.toLowerCase();
    // The first of several parameters with one name counts (§3.3).
    if (!values.has(lower)) values.set(lower, quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? '');
  }
  const rels = (values.get('rel') ?? '').split(/\s+/).filter(Boolean);
  return {
    uri: uri.trim(),
    rels: rels.map((rel) => (rel.includes(':') ? rel : rel.toLowerCase())),
    anchor: values.get('anchor'),
    parameters,
  };
}
