/** Adds links to the response of a service that does not write links itself. */

import {
  formatLink,
  type HeaderLink,
  type ParsedLink,
  parseLinkHeader,
} from '../../http/headers/link-header.ts';
import { valuesOf, withValues } from '../../http/headers/raw-headers.ts';
import { withoutSelection } from '../../http/uri/href.ts';
import type { Body, Format } from '../../hypermedia/formats/format.ts';
import type { Allows } from '../../hypermedia/graph/model.ts';
import { type Lifting, lift } from '../../hypermedia/lift/lift.ts';
import type { LinkValue, Representation } from '../../hypermedia/representation.ts';
import { SELF_AND_PAGING } from '../../hypermedia/selection.ts';
import { linksIn, type PublicUrls } from './public-urls.ts';

export interface LiftableResponse {
  /** The parsed body, with public URLs. */
  readonly body: object;
  /** Raw headers, with public URLs. */
  readonly rawHeaders: readonly string[];
  /** Path and query without selection parameters, if the request URL identifies the resource. */
  readonly self?: string | undefined;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** The query as received. */
  readonly query: string;
  readonly origin: string;
  /** What the caller may call. */
  readonly allows?: Allows | undefined;
}

export function liftResponse(lifting: Lifting, urls: PublicUrls, response: LiftableResponse): Representation {
  const { body, params, query, origin, allows } = response;
  const local = (href: string) => urls.local(href, origin);
  return lift(body, lifting, {
    path: params,
    query: decodeParameters(parseQuery(query)),
    links: collectLinks(response, local),
    keepsOwnLinks: true,
    allows,
    localPath: local,
  });
}

const parseQuery = (query: string): [string, string][] =>
  query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
      return [name, value.join('=')];
    });

/** Decodes parameters. Those that are not percent-encoded UTF-8 are omitted: links cannot use their values. */
export const decodeParameters = (pairs: Iterable<readonly [string, string]>): Record<string, string> =>
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
 * Adds the selection to links in `Link` headers of the service, so that links to the resource itself and to its
 * neighbours equal those in the body.
 */
export const withSelectedLinks = (rawHeaders: readonly string[], body: Body, format: Format): string[] =>
  withValues(rawHeaders, (name, value) => {
    if (name !== 'link') return value;
    const links = parseLinkHeader(value);
    return (
      links?.map((link) => formatLink({ ...link, uri: selectedUri(link, body, format) })).join(', ') ?? value
    );
  });

function selectedUri({ uri, rels, anchor }: ParsedLink, body: Body, format: Format): string {
  if (anchor) return uri;
  const hrefs = SELF_AND_PAGING.filter((rel) => rels.includes(rel)).flatMap((rel) => format.hrefs(body, rel));
  return hrefs.find((href) => uri.endsWith(withoutSelection(href))) ?? uri;
}

/** Omits links that a `Link` header has already. */
export function omitExistingLinks(links: readonly HeaderLink[], rawHeaders: readonly string[]): HeaderLink[] {
  const written = linksIn(valuesOf(rawHeaders, 'link')).filter(({ anchor }) => !anchor);
  return links.filter(
    ({ rel, href }) => !written.some(({ uri, rels }) => uri === href && rels.includes(rel)),
  );
}

function collectLinks(
  { rawHeaders, self }: LiftableResponse,
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
