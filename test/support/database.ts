/** An embedded database in memory for a test, started from a dump that is made once a machine and version. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { type Database, openDatabase } from '../../src/storage/database.ts';

const MODULES = new URL('../../node_modules/', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('@electric-sql/pglite/package.json', MODULES), 'utf8'));
const CACHE = fileURLToPath(new URL(`.cache/linkway-pglite-${version}.tar`, MODULES));

async function makeDump(): Promise<void> {
  const pglite = await PGlite.create();
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  const draft = `${CACHE}.${process.pid}`;
  await mkdir(dirname(CACHE), { recursive: true });
  await writeFile(draft, Buffer.from(await dump.arrayBuffer()));
  await rename(draft, CACHE);
}

export async function testDatabase(): Promise<Database> {
  if (!existsSync(CACHE)) await makeDump();
  return openDatabase({ dump: new Blob([await readFile(CACHE)]) });
}
