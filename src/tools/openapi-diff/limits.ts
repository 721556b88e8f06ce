/** Compares limits of values: which one is stricter. */
import { isDeepStrictEqual } from 'node:util';

type Limits = ReadonlyMap<string, unknown>;

/** Names of the limits by which `now` rejects values that `old` accepts. */
export const tighterLimits = (old: Limits, now: Limits): string[] =>
  [...now]
    .filter(([name, limit]) => {
      const before = old.get(name);
      return !isDeepStrictEqual(before, limit) && isTighter(name, before, limit);
    })
    .map(([name]) => name);

function isTighter(name: string, before: unknown, now: unknown): boolean {
  if (name === 'uniqueItems') return now === true;
  if (typeof before === 'number' && typeof now === 'number') {
    if (/^(?:min|exclusiveMin)/.test(name)) return now > before;
    if (/^(?:max|exclusiveMax)/.test(name)) return now < before;
    // Every multiple of 10 is a multiple of 5.
    if (name === 'multipleOf') return before % now !== 0 || now > before;
  }
  return true;
}

/** Describes the change of a limit. */
export function describeLimitChange(name: string, old: Limits, now: Limits): string {
  const [before, after] = [old.get(name), now.get(name)];
  if (before === undefined) return `now has ${name} ${shortJson(after)}`;
  if (after === undefined) return `no longer has ${name} ${shortJson(before)}`;
  return `${name} changed from ${shortJson(before)} to ${shortJson(after)}`;
}

/** Longer values are truncated. */
const MAX_TEXT_LENGTH = 60;

export const shortJson = (value: unknown): string => {
  const written = JSON.stringify(value) ?? 'nothing';
  return written.length > MAX_TEXT_LENGTH ? `${written.slice(0, MAX_TEXT_LENGTH - 1)}…` : written;
};
