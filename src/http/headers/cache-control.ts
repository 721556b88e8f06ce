/** Parses caching headers: `Cache-Control` (RFC 9111 §5.2) and `Age` (§5.1). */
import { fieldOf } from './raw-headers.ts';

export type Directives = ReadonlyMap<string, string>;

const NONE: Directives = new Map();
const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

/**
 * Parses directives. Names become lower case; the first of two with one name counts (§4.2.1). A directive without a
 * value has the empty string.
 */
export function directivesOf(value: string | undefined): Directives {
  if (value === undefined) return NONE;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, token = ''] of value.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? token);
  }
  return found;
}

/** A year. Longer times have no further effect (§1.2.2). */
const MAX_SECONDS = 31_536_000;

/** The seconds of a directive. An invalid value is 0, so that the response counts as stale (§4.2.1). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Math.min(Number(value), MAX_SECONDS) : 0;
}

/** Larger ages count as this one (§1.2.2). */
const MAX_AGE = 2 ** 31;

/** The age in seconds, of the first value where there are several. An invalid value is ignored and counts as 0. */
export function ageOf(value: string | undefined): number {
  const first = value?.split(',', 1)[0]?.trim() ?? '';
  return /^\d+$/.test(first) ? Math.min(Number(first), MAX_AGE) : 0;
}

/**
 * The `Cache-Control` of a response with the age deducted from its lifetimes. All lines of the header count,
 * because `private` may be in the second.
 */
export function remainingCacheControl(rawHeaders: readonly string[]): string | undefined {
  const age = ageOf(fieldOf(rawHeaders, 'age'));
  return fieldOf(rawHeaders, 'cache-control')?.replaceAll(
    /(?<![\w-])(max-age|s-maxage)=(\d+)/gi,
    (_, name: string, seconds: string) => `${name}=${Math.max(0, Number(seconds) - age)}`,
  );
}
