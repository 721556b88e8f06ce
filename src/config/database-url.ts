/** Where the database is, with the password from a file where it is kept in one, as container platforms mount it. */
import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import type { Settings } from './settings.ts';

/** Connections of one process at the most: many processes share what a server allows, a hundred as a rule. */
export const MAX_CONNECTIONS = 10;

/** @throws ConfigError when the file cannot be read, or there is no URL that it could belong to */
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

/** Without the line end that editors and `echo` leave. */
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
