/** `Cache-Control` (RFC 9111 §5.2), and header fields as a cache reads them: all lines of a name as one value. */

export type Directives = ReadonlyMap<string, string>;

const NONE: Directives = new Map();
const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

/** Names in lower case; of two of one name the first counts (§4.2.1). An empty value is none. */
export function directivesOf(value: string | undefined): Directives {
  if (value === undefined) return NONE;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, token = ''] of value.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, quoted ?? token);
  }
  return found;
}

/** A year; more is as good (§1.2.2). */
const MOST_SECONDS = 31_536_000;

/** Of a directive that takes seconds; 0 where it has none, so that what is not understood counts as stale (§4.2.1). */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Math.min(Number(value), MOST_SECONDS) : 0;
}

/** @param name in lower case */
export function fieldOf(raw: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== name) continue;
    value = value === undefined ? (raw[i + 1] ?? '') : `${value}, ${raw[i + 1]}`;
  }
  return value;
}

/** Members of a list, in lower case. */
export const membersOf = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((member) => member.trim().toLowerCase())
    .filter(Boolean);
