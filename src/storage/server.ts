/** A PostgreSQL server, named by `DATABASE_URL`. */
import pg from 'pg';
import { ConfigError } from '../config/config-error.ts';
import { MAX_CONNECTIONS } from '../config/database-url.ts';
import type { OpenPool } from './embedded.ts';

/** Also the time limit for a free connection when all are in use. */
const CONNECT_TIMEOUT_MS = 5_000;
/** An abandoned transaction would keep its locks forever. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/** @throws ConfigError when no connection can be made */
export async function openServer(url: string): Promise<OpenPool> {
  const { protocol, host, pathname } = parse(url);
  if (!/^postgres(ql)?:$/.test(protocol)) throw notAUrl();
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    max: MAX_CONNECTIONS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
  });
  // A broken connection is replaced when needed, or fails the next query of its transaction. Without these listeners, an
  // error of an idle connection (pool) or of a connection in use (client) would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
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
  return { pool, checkWritable: () => refuseReadOnly(pool), release: async () => {} };
}

/** Rejects for a standby, or a server in read-only mode. */
async function refuseReadOnly(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query(
    `select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as "isReadOnly"`,
  );
  if (rows[0]?.isReadOnly) throw new Error('The server is read-only.');
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
