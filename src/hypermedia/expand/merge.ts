/**
 * Puts parts into a HAL body, under `_embedded`. Deterministic: the order is the plan's, whatever arrives first.
 * Nothing that was there changes: the links stay, no field changes its type.
 */
import { withQuery } from '../href.ts';
import type { HalBody, Part } from './fetch.ts';

/** The hrefs of a relation in a body, and whether they came as an array. */
export function hrefsOf(body: HalBody, rel: string): { hrefs: string[]; many: boolean } {
  const link = (body._links as Record<string, unknown> | undefined)?.[rel];
  const hrefs = [link]
    .flat()
    .map((one) => (one as { href?: unknown } | undefined)?.href)
    .filter((href) => typeof href === 'string');
  return { hrefs, many: Array.isArray(link) };
}

export const selfOf = (body: HalBody): string | undefined => hrefsOf(body, 'self').hrefs[0];

/** The resources that a body is about: the items of a page, or the body itself. */
export function subjectsOf(body: HalBody): readonly HalBody[] {
  const items = (body._embedded as HalBody | undefined)?.item;
  return Array.isArray(items) ? items : [body];
}

/** The bodies that are embedded under a relation already. */
export function embeddedOf(body: HalBody, rel: string): readonly HalBody[] {
  const part = (body._embedded as HalBody | undefined)?.[rel];
  return part === undefined ? [] : ([part].flat() as HalBody[]);
}

export function embed(body: HalBody, rel: string, parts: readonly HalBody[], many: boolean): void {
  if (parts.length === 0) return;
  body._embedded = { ...(body._embedded as HalBody | undefined), [rel]: many ? parts : parts[0] };
}

const PAGING = ['first', 'prev', 'next', 'last'];

/** Paging links lead to pages that are expanded as this one is. */
export function keepExpand(body: HalBody, expand: string): void {
  const links = body._links as Record<string, { href?: unknown }> | undefined;
  for (const rel of PAGING) {
    const link = links?.[rel];
    if (typeof link?.href === 'string') link.href = withQuery(link.href, [['expand', expand]]);
  }
}

/**
 * Freshness of the whole (RFC 9111 §5.2): the shortest of the parts, `private` if any part is, `no-store` if any
 * part is or is missing.
 */
export function freshness(parts: readonly Pick<Part, 'cacheControl'>[], incomplete: boolean): string {
  const directives = parts.map(({ cacheControl = 'no-cache' }) => cacheControl.toLowerCase());
  const has = (name: string) => directives.some((value) => new RegExp(`\\b${name}\\b`).test(value));
  if (incomplete || has('no-store')) return 'no-store';
  const scope = has('private') ? ['private'] : [];
  if (has('no-cache')) return [...scope, 'no-cache'].join(', ');
  const age = Math.min(...directives.map((value) => Number(/\bmax-age=(\d+)/.exec(value)?.[1] ?? 0)));
  return [...scope, `max-age=${age}`].join(', ');
}
