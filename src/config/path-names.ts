/**
 * `paths` of a service in `gateway.yaml`: the names that its paths have instead of those in its contract. The
 * gateway and the services read the same file, so all of them know, and every link says the new name.
 */
import { ConfigError } from './config-error.ts';

/** New path template by the contract's. */
export type PathNames = Readonly<Record<string, string>>;

const parametersOf = (path: string): string => (path.match(/\{[^}]*\}/g) ?? []).toSorted().join(' ');

/**
 * @param known the paths of the contract
 * @returns what gives a path its name
 * @throws ConfigError when a name is for no path, or does not have its parameters
 */
export function pathRenamer(
  service: string,
  names: PathNames,
  known: readonly string[],
): (path: string) => string {
  for (const [path, name] of Object.entries(names)) {
    const at = `${service}: paths: ${path}`;
    if (!known.includes(path)) throw new ConfigError(`${at}: it has no such path, but ${known.join(', ')}`);
    if (!name.startsWith('/') || parametersOf(name) !== parametersOf(path))
      throw new ConfigError(
        `${at}: expected a path with ${parametersOf(path) || 'no parameter'}, got ${name}`,
      );
  }
  return (path) => names[path] ?? path;
}
