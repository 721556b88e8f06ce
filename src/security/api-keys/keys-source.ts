/** The keys and passwords in use, read again when their file changes. Several schemes may share one file. */
import { resolve } from 'node:path';
import type { ApiKeyScheme } from '../../config/policies/api-key-scheme.ts';
import { WatchedFile } from '../../config/watched-file.ts';
import type { Rejected, Verification } from '../verifier.ts';
import { type KeyEntry, type KeysFile, MAX_KEYS_FILE_BYTES, parseKeysFile } from './keys-file.ts';

export interface KeysOptions {
  /** The folder of `gateway.yaml`. */
  readonly folder: string;
  /** Milliseconds between two checks of the file for changes; 0 disables them. */
  readonly interval?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

export const watchKeys = (
  { keysFile }: ApiKeyScheme,
  { folder, interval }: KeysOptions,
): WatchedFile<KeysFile> =>
  new WatchedFile({
    file: resolve(folder, keysFile),
    parse: parseKeysFile,
    maxBytes: MAX_KEYS_FILE_BYTES,
    interval,
  });

/** @param kind what the client sent, for messages */
export function toVerification(
  { identity, isDisabled }: KeyEntry,
  now: number,
  kind: 'API key' | 'password',
): Verification {
  const { subject, expiresAt } = identity;
  if (isDisabled) return reject(`The ${kind} is not valid.`, `the ${kind} of ${quote(subject)} is disabled`);
  if (expiresAt <= now)
    return reject(`The ${kind} has expired.`, `the ${kind} of ${quote(subject)} has expired`);
  return identity;
}

export const reject = (rejected: string, reason: string): Rejected => ({ rejected, reason });

const quote = (text: string): string => JSON.stringify(text);
