/**
 * Merges two policies before validation: keys of the upper policy override the lower one. Faults of either policy remain
 * in the result, where the validation finds them.
 */

type PlainObject = Readonly<Record<string, unknown>>;

export const isPlainObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns `upper` itself if it is not an object, so that the validation reports it */
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

/** `retry: off` means no retries. */
const expandShorthand = (key: string, value: unknown): unknown =>
  key === 'retry' && (value === 'off' || value === false) ? { attempts: 0 } : value;

/** The kind of a breaker that names none. */
const DEFAULT_KIND = 'sampling';

/** The keys that a breaker inherits. A breaker of another kind inherits only the keys of every kind. */
function inheritedBreaker(lower: unknown, upper: unknown): unknown {
  if (!isPlainObject(lower) || !isPlainObject(upper)) return lower;
  const kind = lower.kind ?? DEFAULT_KIND;
  if ((upper.kind ?? kind) === kind) return lower;
  return 'halfOpenAfter' in lower ? { halfOpenAfter: lower.halfOpenAfter } : {};
}
