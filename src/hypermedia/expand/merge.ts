/** The effects of an expansion on the whole response: its paging links, and its cache lifetime. */
import { type Directives, directivesOf, secondsOf } from '../../http/headers/cache-control.ts';
import { isAddress, withQuery } from '../../http/uri/href.ts';
import type { Body, Embedding } from '../formats/format.ts';
import type { FetchedPart } from './fetch.ts';

const PAGING = ['first', 'prev', 'next', 'last'];

/** Adds `expand` to the paging links, so that other pages are expanded equally. */
export function keepExpand(body: Body, { links }: Embedding, expand: string | undefined): void {
  if (expand === undefined) return;
  for (const link of PAGING.flatMap((rel) => links(body, rel)))
    if (isAddress(link)) link.href = withQuery(link.href, [['expand', expand]]);
}

/**
 * The `Cache-Control` of the whole response (RFC 9111 §5.2): the shortest lifetime of the parts for any cache,
 * `private` or `must-revalidate` if a part has it, and `no-store` if a part has it or is missing.
 */
export function freshness(parts: readonly Pick<FetchedPart, 'cacheControl'>[], incomplete: boolean): string {
  const values = new Set(parts.map(({ cacheControl = 'no-cache' }) => cacheControl));
  const controls = [...values].map(directivesOf);
  const has = (name: string) => controls.some((control) => control.has(name));
  if (incomplete || has('no-store')) return 'no-store';
  const directives = ['private', 'must-revalidate', 'no-transform'].filter(has);
  if (has('no-cache')) return [...directives, 'no-cache'].join(', ');
  const age = Math.min(...controls.map(shortestLifetime));
  return [...directives, `max-age=${age}`].join(', ');
}

const shortestLifetime = (control: Directives): number =>
  Math.min(secondsOf(control, 'max-age') ?? 0, secondsOf(control, 's-maxage') ?? Number.POSITIVE_INFINITY);
