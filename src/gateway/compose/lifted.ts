/** An answer of a service that knows nothing of links → a representation with them. */

import { HEADER_RELATIONS } from '../../hypermedia/header-links.ts';
import { type Lifting, lift } from '../../hypermedia/lift/lift.ts';
import type { LinkValue, Representation } from '../../hypermedia/represent.ts';
import { linksIn, type PublicUrls, writeLinks } from './public-urls.ts';

export interface LiftedAnswer {
  /** Parsed; URLs in it are public already. */
  readonly body: object;
  /** So are those in here. */
  readonly rawHeaders: readonly string[];
  /** Path and query, without what is selected, where it is its own address. */
  readonly self?: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
  readonly origin: string;
}

export function liftAnswer(lifting: Lifting, urls: PublicUrls, answer: LiftedAnswer): Representation {
  const { body, params, query, origin } = answer;
  const local = (href: string) => urls.local(href, origin);
  return lift(body, lifting, {
    path: params,
    query: Object.fromEntries(new URLSearchParams(query)),
    links: linksOf(answer, local),
    local,
  });
}

/** What a `Link` header says beside what the body's own links say; undefined where it says no more. */
export function furtherLinks(rawHeaders: readonly string[]): string | undefined {
  const refs = linksIn(valuesOf(rawHeaders, 'link')).filter(({ rel }) => !HEADER_RELATIONS.includes(rel));
  return refs.length === 0 ? undefined : writeLinks(refs);
}

const valuesOf = (rawHeaders: readonly string[], name: string): string[] =>
  rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);

function linksOf(
  { rawHeaders, self }: LiftedAnswer,
  local: (href: string) => string | undefined,
): Map<string, LinkValue> {
  const [location] = valuesOf(rawHeaders, 'location');
  const own = self ?? (location === undefined ? undefined : local(location));
  const others = linksIn(valuesOf(rawHeaders, 'link')).flatMap(({ rel, uri }): [string, LinkValue][] => {
    const href = local(uri);
    return href === undefined ? [] : [[rel, { href }]];
  });
  return new Map([...others, ...(own === undefined ? [] : [['self', { href: own }] as [string, LinkValue]])]);
}
