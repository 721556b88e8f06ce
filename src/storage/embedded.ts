/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) in this process, in a data folder or in memory,
 * through the same driver as a server. It has one connection (`max: 1`), which stays open.
 *
 * Committed data survives every end of the process. It may not survive a power failure, because PGlite does not sync files
 * to the disk; use a server for that.
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
  // A start after a crash sets a timer for it, which would keep the process alive.
  'log_startup_progress_interval=0',
  // Clusters from other sources have another time zone.
  'TimeZone=UTC',
  'log_timezone=UTC',
];

const startParams = [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])];

export interface OpenPool {
  readonly pool: pg.Pool;
  /** Rejects while nothing can be written, though what is there may be read. */
  checkWritable(): Promise<unknown>;
  /** Releases the database under the pool, after the pool has ended. */
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

/** Error codes of the WASI file system, which reports only numbers. */
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

/** The reason of the error and its remedy. */
function remedyFor(error: unknown): string {
  const { code, errno, message = `error ${errno}` } = error as NodeJS.ErrnoException;
  const isFull = message.includes('No space left');
  const reason = code ?? WASI_ERRORS.get(errno) ?? (isFull ? 'ENOSPC' : message);
  return `${reason}): ${REMEDIES[reason] ?? 'restore the folder, or move it away to start with an empty one'}`;
}

/** Larger than a page of the database. */
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
 * The folder of the database cluster. A new cluster is renamed when it is complete, because a start may be interrupted. It
 * is unpacked from an archive of the same PostgreSQL version, which needs half the memory of `initdb` and a third of the
 * time.
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

/** PGlite could unpack it too, but that needs twice the memory because it opens the database again. */
async function unpack(folder: string): Promise<void> {
  const [{ dataDir }, { extract }] = await Promise.all([
    import('@electric-sql/pglite-prepopulatedfs'),
    import('tar'),
  ]);
  mkdirSync(folder);
  const archive = await dataDir();
  let fault: unknown;
  // The library reports failed writes only as warnings. It also warns about absolute paths, which are expected.
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
