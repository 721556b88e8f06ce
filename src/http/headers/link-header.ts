/**
 * The `Link` header (RFC 8288 §3): written, and read without a change to what is written again. Hrefs and relations may
 * be those of a service or of its document: what a URI reference cannot hold is encoded, so that a header is always
 * ASCII, and nothing ends a link before its end.
 */

export interface HeaderLink {
  readonly href: string;
  readonly rel: string;
  /** Media type of what the link leads to. */
  readonly type?: string | undefined;
}

export const linkHeader = (links: readonly HeaderLink[]): string =>
  links
    .map(
      ({ href, rel, type }) =>
        `<${encodeUnsafe(href, NOT_IN_TARGET)}>; rel="${encodeUnsafe(rel, NOT_IN_QUOTED_STRING)}"${type === undefined ? '' : `; type="${encodeUnsafe(type, NOT_IN_QUOTED_STRING)}"`}`,
    )
    .join(', ');

/** What does not stand between `<` and `>`: all but visible ASCII, and those. */
const NOT_IN_TARGET = /[^!-~]+|[<>]/g;
/** What does not stand in a quoted string, but for what would have to be escaped there. */
const NOT_IN_QUOTED_STRING = /[^ -~]+|["\\]/g;

const encodeUnsafe = (text: string, unsafe: RegExp): string =>
  text.search(unsafe) < 0 ? text : text.toWellFormed().replaceAll(unsafe, (part) => encodeURIComponent(part));

/** A link of a header, as it was written. */
export interface ParsedLink {
  readonly uri: string;
  /** The relations, in lower case where they are registered names (§2.1.1). */
  readonly rels: readonly string[];
  /** What it is that the link is from (§3.2), where that is not what the header came with. */
  readonly anchor: string | undefined;
  /** From the first parameter on, with its semicolon. */
  readonly parameters: string;
}

export const formatLink = ({ uri, parameters }: Pick<ParsedLink, 'uri' | 'parameters'>): string =>
  `<${uri}>${parameters}`;

/** @returns undefined for what is not such a header */
export function parseLinkHeader(value: string): ParsedLink[] | undefined {
  const links: ParsedLink[] = [];
  let at = 0;
  while (at < value.length) {
    // A list may have empty elements (RFC 9110 §5.6.1).
    const blank = /[\s,]*/y;
    blank.lastIndex = at;
    at += blank.exec(value)?.[0].length ?? 0;
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

/** The comma after it, or the end; -1 where a quoted text does not end. */
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
    // Of several the first counts (§3.3).
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
