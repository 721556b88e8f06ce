/** The `Link` header (RFC 8288 §3). Targets are URI references already: whoever made an href has escaped it. */

export interface HeaderLink {
  readonly href: string;
  readonly rel: string;
  /** Media type of what the link leads to. */
  readonly type?: string | undefined;
}

export const linkHeader = (links: readonly HeaderLink[]): string =>
  links
    .map(({ href, rel, type }) => `<${href}>; rel="${rel}"${type === undefined ? '' : `; type="${type}"`}`)
    .join(', ');
