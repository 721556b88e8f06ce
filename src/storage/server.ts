/** A PostgreSQL server, named by `DATABASE_URL`. */
import pg from 'pg';
import { ConfigError } from '../config/config-error.ts';
import type { OpenPool } from './embedded.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** @throws ConfigError when no connection can be made */
export async function server(url: string): Promise<OpenPool> {
  const { protocol, host, pathname } = parse(url);
  if (!/^postgres(ql)?:$/.test(protocol)) throw notAUrl();
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // An idle connection that breaks is replaced when it is needed; without a listener it would end the process.
  pool.on('error', () => {});
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `DATABASE_URL: no connection to ${host}${pathname} (${message || code}): start the server or correct the URL`,
      error,
    );
  }
  return { pool, release: async () => {} };
}

const notAUrl = () =>
  new ConfigError('DATABASE_URL is not a URL like postgres://user:password@host:5432/database: correct it');

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw notAUrl();
  }
}
