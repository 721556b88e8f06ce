/**
 * An embedded database in memory for a test. The tests of a file share one, which is emptied between them, since a start
 * takes as long as a dozen tests.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { afterAll } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/storage/database.ts';
import { madeOnce } from './made-once.ts';

async function writeDump(path: string): Promise<void> {
  const pglite = await PGlite.create();
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  await writeFile(path, Buffer.from(await dump.arrayBuffer()));
}

/** Opens a database for one test. */
export async function newDatabase(): Promise<Database> {
  const dump = await readFile(await madeOnce('dump.tar', writeDump));
  return openDatabase({ dump: new Blob([dump]) });
}

/** The databases whose tests have ended. */
const spare: Database[] = [];
afterAll(async () => {
  for (const database of spare) await database.close();
});

export async function testDatabase(): Promise<Database> {
  const database = spare.pop() ?? (await newDatabase());
  return {
    schema: (name, migrations) => database.schema(name, migrations),
    checkWritable: () => database.checkWritable(),
    close: async () => {
      await empty(database);
      spare.push(database);
    },
  };
}

async function empty(database: Database): Promise<void> {
  const db = await database.schema('spare', []);
  const own = sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema$|public$)'`;
  for (const { name } of (await own.execute(db)).rows) await db.schema.dropSchema(name).cascade().execute();
}
