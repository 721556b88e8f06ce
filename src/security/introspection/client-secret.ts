/** The secret with which the gateway authenticates to an authorization server: from a file or from `gateway.yaml`. */
import { resolve } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import type { IntrospectionScheme } from '../../config/policies/introspection-scheme.ts';
import { WatchedFile } from '../../config/watched-file.ts';

export interface ClientSecret {
  /** Undefined if there is none at the moment. */
  readonly value: string | undefined;
  /** Why there is none, or why the newest version of its file is not used. */
  readonly fault: string | undefined;
  reload(): Promise<void>;
  close(): void;
}

export interface SecretSources {
  /** The folder of `gateway.yaml`. */
  readonly folder: string;
  /** Milliseconds between two checks of the file for changes; 0 disables them. */
  readonly interval?: number | undefined;
}

const MAX_BYTES = 65_536;

export function clientSecret(
  { secretFile, secret }: IntrospectionScheme['client'],
  { folder, interval }: SecretSources,
): ClientSecret {
  if (secretFile !== undefined)
    return new WatchedFile({ file: resolve(folder, secretFile), parse, maxBytes: MAX_BYTES, interval });
  return { value: secret, fault: undefined, reload: async () => {}, close: () => {} };
}

/** Editors and `echo` add a line break at the end. */
function parse(text: string, file: string): string {
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw new ConfigError(`${file}: contains no secret`);
  return value;
}
