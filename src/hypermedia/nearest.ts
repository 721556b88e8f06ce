/** What to say of a name that is not known: those that are, and the one that was probably meant. */
import { closestMatch } from 'leven';

interface UnknownName {
  /** For a person; empty where there is nothing to choose from. */
  readonly hint: string;
  /** For a program: `path`, `allowed`, `nearest`. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** @param path with dots; only its last name is unknown, and `allowed` are those that could stand there */
export function unknownName(path: string, allowed: readonly string[]): UnknownName {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const nearest = nearestTo(name, allowed);
  const echoed = path.slice(0, MAX_ECHOED);
  if (nearest === undefined) return { hint: '', extensions: { path: echoed, allowed } };
  const prefix = path.slice(0, path.length - name.length);
  const hint = prefix.length < MAX_ECHOED ? ` Did you mean ${prefix}${nearest}?` : '';
  return { hint, extensions: { path: echoed, allowed, nearest } };
}

/** What is longer was not mistyped, and would cost as much to compare. */
const MAX_COMPARED = 100;
/** Nor does a problem repeat all of a path that is longer. */
const MAX_ECHOED = 300;

export const nearestTo = (name: string, allowed: readonly string[]): string | undefined =>
  closestMatch(name.slice(0, MAX_COMPARED), allowed);
