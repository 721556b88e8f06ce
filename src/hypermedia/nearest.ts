/** Describes an unknown name: the allowed names, and the one that was probably meant. */
import { closestMatch } from 'leven';

interface UnknownName {
  /** A hint for people; empty without allowed names. */
  readonly hint: string;
  /** Details for programs: `path`, `allowed`, `nearest`. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * @param path with dots; only its last name is unknown
 * @param allowed the names that are possible there
 */
export function unknownName(path: string, allowed: readonly string[]): UnknownName {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const nearest = nearestTo(name, allowed);
  const echoed = path.slice(0, MAX_ECHOED);
  if (nearest === undefined) return { hint: '', extensions: { path: echoed, allowed } };
  const prefix = path.slice(0, path.length - name.length);
  const hint = prefix.length < MAX_ECHOED ? ` Did you mean ${prefix}${nearest}?` : '';
  return { hint, extensions: { path: echoed, allowed, nearest } };
}

/** The longest name that is compared. A longer one is no typing error and is expensive to compare. */
const MAX_COMPARED = 100;
/** The longest part of a path that a problem repeats. */
const MAX_ECHOED = 300;

export const nearestTo = (name: string, allowed: readonly string[]): string | undefined =>
  closestMatch(name.slice(0, MAX_COMPARED), allowed);
