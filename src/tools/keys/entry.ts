/** An entry of the file that `keysFile` names, as the commands `key` and `password` print it. */
import { stringify } from 'yaml';
import { ConfigError } from '../../config/config-error.ts';
import { faultsOf } from '../../config/yaml/faults.ts';
import { entryOptions } from '../../security/api-keys/keys-file.ts';
import type { CommandOptions } from '../command.ts';

export type EntryOptions = Pick<CommandOptions, 'scopes' | 'expires' | 'client'>;

interface Grant {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires?: string | undefined;
  readonly client?: string | undefined;
}

/** @throws ConfigError with one line for each fault of the command line */
export function grantOf(
  names: readonly string[],
  { scopes = '', expires, client }: EntryOptions,
  expected: string,
): Grant {
  const [name, ...rest] = names;
  if (name === undefined || rest.length > 0) throw new ConfigError(expected);
  const grant = { name, scopes: scopes.split(/[\s,]+/).filter(Boolean), expires, client };
  const { error } = entryOptions.safeParse(grant);
  if (error === undefined) return grant;
  throw new ConfigError(
    faultsOf(entryOptions, grant, error).map(({ path, message }) =>
      path[0] === 'name' ? message : `--${String(path[0])}: ${message}`,
    ),
  );
}

/** @param section `keys` or `users` @param start the members that the entry begins with */
export function entryLines(
  section: string,
  start: Readonly<Record<string, string>>,
  { scopes, expires, client }: Grant,
): string[] {
  const entry = {
    ...start,
    ...(scopes.length > 0 && { scopes }),
    ...(expires !== undefined && { expires }),
    ...(client !== undefined && { client }),
  };
  return stringify({ [section]: [entry] }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
}
