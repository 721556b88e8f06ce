/** What takes seconds to make and is the same for every test: made once a machine and version of the database. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = new URL('../../node_modules/', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('@electric-sql/pglite/package.json', MODULES), 'utf8'));

/**
 * @param make writes it to the path that it is given, a file or a folder
 * @returns where it is, complete
 */
export async function madeOnce(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const place = fileURLToPath(new URL(`.cache/linkway-${version}-${name}`, MODULES));
  if (existsSync(place)) return place;
  const draft = `${place}.${process.pid}`;
  await mkdir(dirname(place), { recursive: true });
  await make(draft);
  // Another process may have been faster; what it made is as good.
  await rename(draft, place).catch(() => rm(draft, { recursive: true }));
  return place;
}
