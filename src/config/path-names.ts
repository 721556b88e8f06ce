/**
 * `paths` of a service in `gateway.yaml`: the names that its paths have instead of those in its contract. The
 * gateway and the services read the same file, so all of them know, and every link says the new name.
 */
import { ConfigError } from './config-error.ts';
import { suggestionFor } from './yaml/faults.ts';

/** New path template by the contract's. */
export type PathNames = Readonly<Record<string, string>>;

const parametersOf = (path: string): string => (path.match(/\{[^}]*\}/g) ?? []).toSorted().join(' ');

/**
 * @param known the paths of the contract
 * @returns what gives a path its name
 * @throws ConfigError with each name that is for no path, or does not have its parameters
 */
export function pathRenamer(
  service: string,
  names: PathNames,
  known: readonly string[],
): (path: string) => string {
  const faults: string[] = [];
  for (const [path, name] of Object.entries(names)) {
    const at = `services.${service}.paths: ${path}`;
    if (!known.includes(path))
      faults.push(
        `${at}: ${service} has no such path; ${suggestionFor(path, known, 'its document has no paths')}`,
      );
    else if (!name.startsWith('/') || parametersOf(name) !== parametersOf(path))
      faults.push(`${at}: expected a path with ${parametersOf(path) || 'no parameter'}, got ${name}`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return (path) => names[path] ?? path;
}
