/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) in this process, in a data folder or in memory,
 * spoken to through the same driver as a server. It has one connection (`max: 1`), which is never let go.
 *
 * What is acknowledged outlives the process, however it ends. It may not outlive a power cut, since PGlite
 * does not sync files to the disk: for that there is the server.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';
import { ConfigError } from '../config/config-error.ts';
import { lockFolder } from './folder-lock.ts';

const SETTINGS = [
  // Its timer is set by a start after a crash, and would keep the process from ending.
  'log_startup_progress_interval=0',
  // Clusters that were made in other ways have other names for it.
  'TimeZone=UTC',
  'log_timezone=UTC',
];

const startParams = [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])];

export interface OpenPool {
  readonly pool: pg.Pool;
  /** Rejects while nothing can be written, though what is there may be read. */
  checkWritable(): Promise<unknown>;
  /** Frees what the pool stood on, after it has ended. */
  release(): Promise<void>;
}

export async function embeddedInMemory(dump?: Blob): Promise<OpenPool> {
  return createPool(await PGlite.create({ startParams, ...(dump && { loadDataDir: dump }) }), {
    checkWritable: async () => {},
    unlock: () => {},
  });
}

export async function embeddedInFolder(folder: string): Promise<OpenPool> {
  const unlock = await lock(folder);
  try {
    const checkWritable = () => probeWrite(folder);
    return createPool(await PGlite.create({ startParams, dataDir: await prepareCluster(folder) }), {
      checkWritable,
      unlock,
    });
  } catch (error) {
    unlock();
    throw new ConfigError(`DATA_DIR: the database in ${folder} cannot be opened (${remedyFor(error)}`, error);
  }
}

/** What the file system of WebAssembly says by number alone, as WASI has it. */
const WASI_ERRORS: ReadonlyMap<number | undefined, string> = new Map([
  [2, 'EACCES'],
  [19, 'EDQUOT'],
  [29, 'EIO'],
  [51, 'ENOSPC'],
  [63, 'EPERM'],
  [69, 'EROFS'],
]);

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on its disk; 100 MB are enough to start',
  EDQUOT: 'free space within the quota; 100 MB are enough to start',
  EACCES: 'set it to a writable folder',
  EPERM: 'set it to a writable folder',
  EROFS: 'set it to a writable folder',
};

/** The reason, and what helps. */
function remedyFor(error: unknown): string {
  const { code, errno, message = `error ${errno}` } = error as NodeJS.ErrnoException;
  const isFull = message.includes('No space left');
  const reason = code ?? WASI_ERRORS.get(errno) ?? (isFull ? 'ENOSPC' : message);
  return `${reason}): ${REMEDIES[reason] ?? 'restore the folder, or move it away to start with an empty one'}`;
}

/** As much as the database writes at once, and more than a page of it. */
const PROBE = Buffer.alloc(65_536);

async function probeWrite(folder: string): Promise<void> {
  const file = join(folder, 'probe');
  try {
    await writeFile(file, PROBE);
  } finally {
    await rm(file, { force: true });
  }
}

async function lock(folder: string): Promise<() => void> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`DATA_DIR: ${folder} cannot be used (${code}): set it to a writable folder`, error);
  }
}

/**
 * The folder of the database cluster. A new one gets its name when it is complete: a start may be cut off. It is unpacked
 * from an archive of the same PostgreSQL version, which needs half the memory that `initdb` needs, and a third of the time.
 */
async function prepareCluster(folder: string): Promise<string> {
  const done = join(folder, 'pgdata');
  if (existsSync(done)) return done;
  const unfinished = join(folder, 'pgdata.new');
  rmSync(unfinished, { recursive: true, force: true });
  await unpack(unfinished);
  renameSync(unfinished, done);
  return done;
}

/** The database itself could do it, and would need twice the memory: it would have to be opened once more. */
async function unpack(folder: string): Promise<void> {
  const [{ dataDir }, { extract }] = await Promise.all([
    import('@electric-sql/pglite-prepopulatedfs'),
    import('tar'),
  ]);
  mkdirSync(folder);
  const archive = await dataDir();
  let fault: unknown;
  // What cannot be written is only a warning to the library; that paths begin with a slash there is an expected one.
  const onwarn = (code: string, _message: string | Error, data: unknown) => {
    if (code !== 'TAR_ENTRY_INFO') fault ??= data;
  };
  await pipeline(archive.stream(), extract({ cwd: folder, onwarn }));
  if (fault !== undefined) throw fault;
}

interface PoolOptions {
  readonly checkWritable: OpenPool['checkWritable'];
  readonly unlock: () => void;
}

const createPool = (pglite: PGlite, { checkWritable, unlock }: PoolOptions): OpenPool => ({
  checkWritable,
  pool: new pg.Pool({ ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0 } as pg.PoolConfig),
  release: async () => {
    await pglite.close();
    unlock();
  },
});
