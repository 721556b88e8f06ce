/**
 * One policy over another, as they are written: what the upper one does not name is that of the lower. Neither has
 * been checked; what is wrong in one is as wrong in the outcome.
 */

type Written = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns what is no object where `upper` is none, so that the check tells */
export function overlaid(lower: unknown, upper: unknown): unknown {
  if (!isObject(lower)) return upper ?? lower ?? {};
  if (!isObject(upper)) return upper ?? lower;
  const entries = Object.entries(upper).map(([key, value]) => {
    const below = key === 'breaker' ? ofItsKind(lower[key], value) : lower[key];
    return [key, isObject(below) && isObject(value) ? { ...below, ...value } : value];
  });
  return { ...lower, ...Object.fromEntries(entries) };
}

const KIND = 'sampling';

/** A breaker of another kind has keys of its own. */
function ofItsKind(lower: unknown, upper: unknown): unknown {
  if (!isObject(lower) || !isObject(upper) || (upper.kind ?? lower.kind) === lower.kind) return lower;
  if (upper.kind === KIND && lower.kind === undefined) return lower;
  return 'halfOpenAfter' in lower ? { halfOpenAfter: lower.halfOpenAfter } : {};
}
