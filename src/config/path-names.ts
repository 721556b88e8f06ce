/**
 * The key `paths` of a service in `gateway.yaml`: public names that replace the paths of its contract. The gateway and the
 * services read the same file, so every link uses the new names.
 */
import { ConfigError } from './config-error.ts';
import { suggestionFor } from './yaml/faults.ts';

/** Public path templates by the path templates of the contract. */
export type PathNames = Readonly<Record<string, string>>;

const parametersOf = (path: string): string => (path.match(/\{[^}]*\}/g) ?? []).toSorted().join(' ');

/**
 * @param known the paths of the contract
 * @returns a function that renames a path
 * @throws ConfigError for each unknown path and each name with different parameters
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
