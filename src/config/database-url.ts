/** The URL of the database, with the password from a file if one is configured, such as a mounted secret. */
import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import type { Settings } from './settings.ts';

/** Maximum number of connections of one process. All processes share the limit of the server, usually 100. */
export const MAX_CONNECTIONS = 10;

/** @throws ConfigError when the file cannot be read, or DATABASE_URL is missing */
export function databaseUrl({
  DATABASE_URL: url,
  DATABASE_PASSWORD_FILE: file,
}: Pick<Settings, 'DATABASE_URL' | 'DATABASE_PASSWORD_FILE'>): string | undefined {
  if (file === undefined) return url;
  if (url === undefined)
    throw new ConfigError('DATABASE_PASSWORD_FILE requires DATABASE_URL; set both, or neither');
  const whole = new URL(url);
  whole.password = encodeURIComponent(readPassword(file));
  return whole.href;
}

/** Removes the final line break that editors and `echo` add. */
function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new ConfigError(
      `DATABASE_PASSWORD_FILE: ${file} cannot be read; name a file with the password`,
      cause,
    );
  }
}
