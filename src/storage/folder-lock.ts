/**
 * Locks a data folder for one process, because two writers would destroy the embedded database. `lock.db` is an empty SQLite
 * database that its owner locks exclusively. It is a lock of the kernel: it ends with the process, and it works between
 * containers, whose pids are unrelated. The file is never removed, because a removed and recreated file could be locked
 * twice.
 *
 * `lock` names the owner, which touches it every second. This is for network folders that several machines share, where
 * locks may work only within one machine: an owner on another machine that keeps touching the file is alive.
 */
import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';

const ownerSchema = z.object({
  pid: z.int(),
  host: z.string(),
  /** Differs between machines and between boots of a machine. */
  boot: z.string(),
  /** The namespace of the pid. */
  namespace: z.string(),
});

type Owner = z.infer<typeof ownerSchema>;

export interface LockTiming {
  /** Milliseconds between two touches. */
  readonly heartbeat?: number;
  /** Milliseconds without a touch after which an owner on another machine counts as dead. */
  readonly takeoverAfter?: number;
}

const NOT_AVAILABLE = '';
const readOrEmpty = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return NOT_AVAILABLE;
  }
};

const self = (): Owner => ({
  pid: process.pid,
  host: hostname(),
  boot: readOrEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) || hostname(),
  namespace: readOrEmpty(() => readlinkSync('/proc/self/ns/pid')),
});

/**
 * Creates and locks the folder.
 * @returns a function that unlocks it
 * @throws ConfigError when a live process has the lock
 */
export async function lockFolder(
  folder: string,
  { heartbeat = 1000, takeoverAfter = 10_000 }: LockTiming = {},
): Promise<() => void> {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
  const file = join(folder, 'lock');
  const database = acquire(folder, file);
  try {
    const owner = ownerOf(file);
    if (owner && owner.boot !== self().boot && (await isTouched(file, heartbeat, takeoverAfter)))
      throw inUse(folder, owner);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(self()));
    renameSync(draft, file);
  } catch (error) {
    database.close();
    throw error;
  }
  const beating = setInterval(() => touch(file), heartbeat).unref();
  return () => {
    clearInterval(beating);
    rmSync(file, { force: true });
    database.close();
  };
}

const SQLITE_BUSY = 5;

/** @throws ConfigError when another process, or this one, already has the lock */
function acquire(folder: string, file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
    // Nothing is ever written to it, so it needs no journal file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    const { errcode, message } = error as Error & { readonly errcode?: number };
    if (errcode === SQLITE_BUSY) throw inUse(folder, ownerOf(file));
    throw new ConfigError(
      `DATA_DIR: ${folder} cannot be locked (${message}): set it to a folder on a local disk, with a path of at most 500 bytes`,
      error,
    );
  }
}

function inUse(folder: string, owner: Owner | undefined): ConfigError {
  return new ConfigError(
    `DATA_DIR: ${folder} is in use by ${nameOf(owner)}: stop that process, or set DATA_DIR to another folder`,
  );
}

function nameOf(owner: Owner | undefined): string {
  if (owner === undefined) return 'another process';
  const { pid, host, namespace } = owner;
  const here = self();
  if (host === here.host && namespace === here.namespace) return `process ${pid}`;
  return `process ${pid} of another container or machine, ${host}`;
}

function ownerOf(file: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // If the disk is unavailable for a moment, the lock remains and the next touch may succeed.
  }
}

/** Uses only the local clock, because the clock of the other machine may be wrong. */
async function isTouched(file: string, heartbeat: number, takeoverAfter: number): Promise<boolean> {
  const before = timeOf(file);
  for (let waited = 0; waited < takeoverAfter; waited += heartbeat) {
    await setTimeout(heartbeat);
    if (timeOf(file) !== before) return true;
  }
  return false;
}

const timeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
