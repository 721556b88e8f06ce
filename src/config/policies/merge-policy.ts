/**
 * One policy over another, as they are written: what the upper one does not name is that of the lower. Neither has
 * been checked; what is wrong in one is as wrong in the outcome.
 */

type PlainObject = Readonly<Record<string, unknown>>;

export const isPlainObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns what is no object where `upper` is none, so that the check tells */
export function mergePolicy(lower: unknown, upper: unknown): unknown {
  const below = isPlainObject(lower) ? lower : {};
  if (upper === undefined || upper === null) return mergePolicy(undefined, below);
  if (!isPlainObject(upper)) return upper;
  const entries = Object.entries({ ...below, ...upper }).map(([key, value]) => {
    const base = key === 'breaker' ? inheritedBreaker(below[key], value) : expandShorthand(key, below[key]);
    const own = expandShorthand(key, value);
    return [key, isPlainObject(base) && isPlainObject(own) ? { ...base, ...own } : own];
  });
  return Object.fromEntries(entries);
}

/** `retry: off` is no retry. */
const expandShorthand = (key: string, value: unknown): unknown =>
  key === 'retry' && (value === 'off' || value === false) ? { attempts: 0 } : value;

/** Where none is named. */
const DEFAULT_KIND = 'sampling';

/** What a breaker takes from the one below: of another kind, only what every kind has. */
function inheritedBreaker(lower: unknown, upper: unknown): unknown {
  if (!isPlainObject(lower) || !isPlainObject(upper)) return lower;
  const kind = lower.kind ?? DEFAULT_KIND;
  if ((upper.kind ?? kind) === kind) return lower;
  return 'halfOpenAfter' in lower ? { halfOpenAfter: lower.halfOpenAfter } : {};
}
