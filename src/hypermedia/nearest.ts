/** What to say of a name that is not known: those that are, and the one that was probably meant. */
import leven from 'leven';

interface UnknownName {
  /** For a person; empty where there is nothing to choose from. */
  readonly hint: string;
  /** For a program: `path`, `allowed`, `nearest`. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** @param path with dots; only its last name is unknown, and `allowed` are those that could stand there */
export function unknownName(path: string, allowed: readonly string[]): UnknownName {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const [nearest] = allowed.toSorted((a, b) => leven(name, a) - leven(name, b));
  if (nearest === undefined) return { hint: '', extensions: { path, allowed } };
  const prefix = path.slice(0, path.length - name.length);
  return { hint: ` Did you mean ${prefix}${nearest}?`, extensions: { path, allowed, nearest } };
}
