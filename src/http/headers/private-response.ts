/**
 * The caching headers of a response that depends on its caller: no shared cache stores it (RFC 9111 §5.2.2.7), and a
 * private cache uses it only for requests with the same credentials (RFC 9110 §12.5.5).
 */
import { directivesOf } from './cache-control.ts';
import { fieldOf, withoutHeaders } from './raw-headers.ts';

/** Directives for shared caches (RFC 9111 §5.2.2.9, §5.2.2.10, §5.2.2.8). `private` may be limited to some fields. */
const SHARED: ReadonlySet<string> = new Set(['public', 's-maxage', 'proxy-revalidate', 'private']);
/** Targeted fields override `Cache-Control` (RFC 9213 §2.2). */
const REPLACED: ReadonlySet<string> = new Set(['cache-control', 'cdn-cache-control', 'surrogate-control']);

/** `max-age=60, public` → `private, max-age=60` */
export function privateCacheControl(value: string | undefined): string {
  const directives = directivesOf(value);
  if (directives.has('no-store')) return value ?? '';
  const kept = [...directives].filter(([name]) => !SHARED.has(name)).map(formatDirective);
  return ['private', ...kept].join(', ');
}

const formatDirective = ([name, value]: readonly [string, string]): string => {
  if (value === '') return name;
  return /^[\w!#$%&'*+.^`|~-]+$/.test(value)
    ? `${name}=${value}`
    : `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`;
};

/** @param vary names of the request headers that have credentials */
export function privateHeaders(raw: readonly string[], vary: readonly string[]): string[] {
  const headers = withoutHeaders(raw, REPLACED);
  headers.push('Cache-Control', privateCacheControl(fieldOf(raw, 'cache-control')));
  const known = (fieldOf(raw, 'vary') ?? '').toLowerCase().split(/\s*,\s*/);
  const added = vary.filter((name) => !known.includes(name.toLowerCase()));
  if (added.length > 0) headers.push('Vary', added.join(', '));
  return headers;
}
