/** Creates slow fixtures, which all tests share, once per machine and version of the database. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = new URL('../../node_modules/', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('@electric-sql/pglite/package.json', MODULES), 'utf8'));

/**
 * @param make writes the fixture to the given path, a file or a folder
 * @returns the path of the complete fixture
 */
export async function madeOnce(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const place = fileURLToPath(new URL(`.cache/linkway-${version}-${name}`, MODULES));
  if (existsSync(place)) return place;
  const draft = `${place}.${process.pid}`;
  await mkdir(dirname(place), { recursive: true });
  await make(draft);
  // Another process may have been faster, with an equal result.
  await rename(draft, place).catch(() => rm(draft, { recursive: true }));
  return place;
}
