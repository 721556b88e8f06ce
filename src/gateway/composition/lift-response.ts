/** An answer of a service that knows nothing of links → a representation with them. */

import { type HeaderLink, readLinks, type WrittenLink, writtenLink } from '../../http/headers/link-header.ts';
import { valuesOf, withValues } from '../../http/headers/raw-headers.ts';
import { plain } from '../../http/uri/href.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import { type Lifting, lift } from '../../hypermedia/lift/lift.ts';
import type { LinkValue, Representation } from '../../hypermedia/representation.ts';
import { SELF_AND_PAGING } from '../../hypermedia/selection.ts';
import { linksIn, type PublicUrls } from './public-urls.ts';

export interface LiftedAnswer {
  /** Parsed; URLs in it are public already. */
  readonly body: object;
  /** So are those in here. */
  readonly rawHeaders: readonly string[];
  /** Path and query, without what is selected, where it is its own address. */
  readonly self?: string | undefined;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** As it came. */
  readonly query: string;
  readonly origin: string;
}

export function liftAnswer(lifting: Lifting, urls: PublicUrls, answer: LiftedAnswer): Representation {
  const { body, params, query, origin } = answer;
  const local = (href: string) => urls.local(href, origin);
  return lift(body, lifting, {
    path: params,
    query: decodedValues(pairsOf(query)),
    links: linksOf(answer, local),
    keepsOwnLinks: true,
    localPath: local,
  });
}

const pairsOf = (query: string): [string, string][] =>
  query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
      return [name, value.join('=')];
    });

/** Parameters by name; one that is not percent-encoded as UTF-8 has no value that a link could have. */
export const decodedValues = (pairs: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries(
    [...pairs].flatMap(([name, value]): [string, string][] => {
      try {
        return [[decodeURIComponent(name), decodeURIComponent(value)]];
      } catch {
        return [];
      }
    }),
  );

/**
 * The headers of a service, whose links to the same and to its neighbours lead to where those of the body lead: to what
 * is selected as well.
 */
export const withSelectedLinks = (rawHeaders: readonly string[], body: Body, format: Format): string[] =>
  withValues(rawHeaders, (name, value) => {
    if (name !== 'link') return value;
    const links = readLinks(value);
    return (
      links?.map((link) => writtenLink({ ...link, uri: selected(link, body, format) })).join(', ') ?? value
    );
  });

function selected({ uri, rels, anchor }: WrittenLink, body: Body, format: Format): string {
  if (anchor) return uri;
  const hrefs = SELF_AND_PAGING.filter((rel) => rels.includes(rel)).flatMap((rel) => format.hrefs(body, rel));
  return hrefs.find((href) => uri.endsWith(plain(href))) ?? uri;
}

/** Of links, those that no `Link` header has already. */
export function withoutWritten(links: readonly HeaderLink[], rawHeaders: readonly string[]): HeaderLink[] {
  const written = linksIn(valuesOf(rawHeaders, 'link')).filter(({ anchor }) => !anchor);
  return links.filter(
    ({ rel, href }) => !written.some(({ uri, rels }) => uri === href && rels.includes(rel)),
  );
}

function linksOf(
  { rawHeaders, self }: LiftedAnswer,
  local: (href: string) => string | undefined,
): Map<string, LinkValue> {
  const [location] = valuesOf(rawHeaders, 'location');
  const own = self ?? (location === undefined ? undefined : local(location));
  const others = linksIn(valuesOf(rawHeaders, 'link')).flatMap(
    ({ rels, uri, anchor }): [string, LinkValue][] => {
      const href = anchor ? undefined : local(uri);
      return href === undefined ? [] : rels.map((rel) => [rel, { href }]);
    },
  );
  return new Map([...others, ...(own === undefined ? [] : [['self', { href: own }] as [string, LinkValue]])]);
}
