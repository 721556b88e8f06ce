/** What an expansion does to the whole: its paging links, and how long it may be kept. */
import type { Body, Embedding } from '../formats/format.ts';
import { isAddress, withQuery } from '../href.ts';
import type { Part } from './fetch.ts';

const PAGING = ['first', 'prev', 'next', 'last'];

/** Paging links lead to pages that are expanded as this one is. */
export function keepExpand(body: Body, { links }: Embedding, expand: string | undefined): void {
  if (expand === undefined) return;
  for (const link of PAGING.flatMap((rel) => links(body, rel)))
    if (isAddress(link)) link.href = withQuery(link.href, [['expand', expand]]);
}

/**
 * Freshness of the whole (RFC 9111 §5.2): the shortest of the parts, `private` if any part is, `no-store` if any
 * part is or is missing.
 */
export function freshness(parts: readonly Pick<Part, 'cacheControl'>[], incomplete: boolean): string {
  const directives = [...new Set(parts.map(({ cacheControl = 'no-cache' }) => cacheControl.toLowerCase()))];
  const has = (name: string) => directives.some((value) => new RegExp(`\\b${name}\\b`).test(value));
  if (incomplete || has('no-store')) return 'no-store';
  const scope = has('private') ? ['private'] : [];
  if (has('no-cache')) return [...scope, 'no-cache'].join(', ');
  const age = Math.min(...directives.map((value) => Number(/\bmax-age=(\d+)/.exec(value)?.[1] ?? 0)));
  return [...scope, `max-age=${age}`].join(', ');
}
