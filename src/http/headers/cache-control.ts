/** What fields say of caching, as values: `Cache-Control` (RFC 9111 §5.2) and `Age` (§5.1). */
import { fieldOf } from './raw-headers.ts';

export type Directives = ReadonlyMap<string, string>;

const NONE: Directives = new Map();
const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

/** Names in lower case; of two with one name the first counts (§4.2.1). An empty value is none. */
export function directivesOf(value: string | undefined): Directives {
  if (value === undefined) return NONE;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, token = ''] of value.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? token);
  }
  return found;
}

/** A year; more is as good (§1.2.2). */
const MAX_SECONDS = 31_536_000;

/** Of a directive that takes seconds; 0 where it has none, so that what is not understood counts as stale (§4.2.1). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Math.min(Number(value), MAX_SECONDS) : 0;
}

/** What a larger number of seconds stands for (§1.2.2). */
const MAX_AGE = 2 ** 31;

/** Seconds, of the first member where there are several; 0 where that is no number of seconds, as it is ignored then. */
export function ageOf(value: string | undefined): number {
  const first = value?.split(',', 1)[0]?.trim() ?? '';
  return /^\d+$/.test(first) ? Math.min(Number(first), MAX_AGE) : 0;
}

/**
 * `Cache-Control` of a response as it is now, with the seconds that are left of it. All lines count, as one that says
 * `private` may be the second.
 */
export function remainingCacheControl(rawHeaders: readonly string[]): string | undefined {
  const age = ageOf(fieldOf(rawHeaders, 'age'));
  return fieldOf(rawHeaders, 'cache-control')?.replaceAll(
    /(?<![\w-])(max-age|s-maxage)=(\d+)/gi,
    (_, name: string, seconds: string) => `${name}=${Math.max(0, Number(seconds) - age)}`,
  );
}
