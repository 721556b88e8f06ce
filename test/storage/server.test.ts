import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { transaction } from '../../src/storage/transaction.ts';
import { isUnavailable } from '../../src/storage/unavailable.ts';
import { eventually } from '../support/eventually.ts';
import { describeWithPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts';

describeWithPostgres('A PostgreSQL server', () => {
  let postgres: TestPostgres;
  let database: Database;
  let other: pg.Client;
  beforeAll(async () => {
    postgres = await startPostgres();
    database = await openDatabase({ url: postgres.url });
    other = new pg.Client({ connectionString: postgres.url });
    await other.connect();
  }, 60_000);
  afterAll(async () => {
    await other.end();
    await database.close();
    postgres.remove();
  });

  it('may close a connection between two queries of a transaction: the second query fails, and the next transaction uses another connection', async () => {
    const db = await database.schema('shop', []);
    const pid = async (tx: typeof db) =>
      (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)).rows[0]?.pid;
    const broken = transaction(db, async (tx) => {
      const own = await pid(tx);
      await other.query('select pg_terminate_backend($1)', [own]);
      const isThere = async () =>
        (await other.query('select 1 from pg_stat_activity where pid = $1', [own])).rowCount !== 0;
      await eventually('the connection is gone', async () => !(await isThere()));
      return pid(tx);
    });
    expect(isUnavailable(await broken.catch((error: unknown) => error))).toBe(true);
    expect(await transaction(db, pid)).toEqual(expect.any(Number));
  });
});
