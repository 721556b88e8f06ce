import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { openDatabase } from '../../src/storage/database.ts';

const base = mkdtempSync(join(tmpdir(), 'linkway-storage-'));
const writers: ChildProcess[] = [];

/** Starts a process that writes to the folder, and waits for the given number of acknowledged rows. */
async function startWriter(folder: string, rows: number) {
  const script = fileURLToPath(new URL('../support/writer.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  writers.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line === `saved ${rows}`) break;
  return child;
}

async function kill(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** A copy of a data folder whose writer was killed. */
let copies = 0;
function killedFolder(): string {
  const folder = join(base, `copy-${++copies}`);
  cpSync(join(base, 'killed'), folder, { recursive: true });
  return folder;
}

const problemOf = (dataDir: string): Promise<Error> =>
  openDatabase({ dataDir }).then(
    () => new Error('it was opened'),
    (error: Error) => error,
  );

describe('A data folder of the embedded database', () => {
  beforeAll(async () => {
    await kill(await startWriter(join(base, 'killed'), 25));
  }, 60_000);

  afterEach(async () => {
    await Promise.all(writers.map(kill));
  });

  afterAll(() => rmSync(base, { recursive: true }));

  it('keeps all committed data after kill -9', async () => {
    const database = await openDatabase({ dataDir: killedFolder() });
    const db = await database.schema<{ rows: { n: number } }>('writer', [
      { name: 'rows', up: async () => {} },
    ]);
    const rows = await db.selectFrom('rows').select('n').orderBy('n').execute();
    expect(rows.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, i) => ({ n: i + 1 })));
    await database.close();
  });

  it('is rejected while another process uses it, in one line that names the process', async () => {
    const folder = killedFolder();
    const { pid } = await startWriter(folder, 26);
    const error = await problemOf(folder);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe(
      `DATA_DIR: ${folder} is in use by process ${pid}: stop that process, or set DATA_DIR to another folder`,
    );
  });

  it('is rejected while this process uses it, and free after close', async () => {
    const folder = killedFolder();
    const database = await openDatabase({ dataDir: folder });
    expect((await problemOf(folder)).message).toContain(`in use by process ${process.pid}`);
    await database.close();
    await (await openDatabase({ dataDir: folder })).close();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('is taken over from a crashed process with the same pid, as in a container', async () => {
    const folder = killedFolder();
    writeFileSync(join(folder, 'lock'), `${process.pid} 1`);
    const database = await openDatabase({ dataDir: folder });
    expect(readFileSync(join(folder, 'lock'), 'utf8')).not.toBe(`${process.pid} 1`);
    await database.close();
  });

  it('is created again after an interrupted first start', async () => {
    const folder = join(base, 'cut-off');
    mkdirSync(join(folder, 'pgdata.new'), { recursive: true });
    writeFileSync(join(folder, 'pgdata.new', 'PG_VERSION'), '18\n');
    const database = await openDatabase({ dataDir: folder });
    await database.schema('any', []);
    await database.close();
  }, 60_000);

  it('is rejected in one line if it cannot be written or opened', async () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    expect((await problemOf(file)).message).toBe(
      `DATA_DIR: ${file} cannot be used (EEXIST): set it to a writable folder`,
    );
    const broken = killedFolder();
    rmSync(join(broken, 'pgdata', 'global'), { recursive: true });
    const error = await problemOf(broken);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(
      /^DATA_DIR: the database in .* cannot be opened \(.*\): restore the folder/,
    );
    expect(error.message).not.toContain('\n');
  });
});
