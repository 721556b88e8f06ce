/**
 * The `Link` header (RFC 8288 §3). Hrefs and relations may be those of a service or of its document: what a URI reference
 * cannot hold is encoded, so that a header is always ASCII, and nothing ends a link before its end.
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
        `<${safe(href, NO_TARGET)}>; rel="${safe(rel, NO_TEXT)}"${type === undefined ? '' : `; type="${safe(type, NO_TEXT)}"`}`,
    )
    .join(', ');

/** What does not stand between `<` and `>`: all but visible ASCII, and those. */
const NO_TARGET = /[^!-~]+|[<>]/g;
/** What does not stand in a quoted string, but for what would have to be escaped there. */
const NO_TEXT = /[^ -~]+|["\\]/g;

const safe = (text: string, unsafe: RegExp): string =>
  text.search(unsafe) < 0 ? text : text.toWellFormed().replaceAll(unsafe, (part) => encodeURIComponent(part));
