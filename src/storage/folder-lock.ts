/**
 * Keeps a data folder to one process: the embedded database has no server that would do it, and two writers
 * would destroy the data. The lock is a file that names its owner by pid and start time, so that a pid which
 * was given out again (pid 1 of every container) does not look like the owner of the crash before.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';

/** When the process started, in ticks since boot; empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The pid of the live process that holds the lock, if there is one. */
function ownerOf(file: string): number | undefined {
  const [pid, start] = readFileSync(file, 'utf8').split(' ');
  const owner = Number(pid);
  return owner > 0 && isAlive(owner) && startOf(owner) === start ? owner : undefined;
}

/** Makes the lock with its content in one step, so that nobody reads it half written. */
function create(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}`);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/**
 * Takes the folder, which is made when it is not there, and gives back the function that frees it.
 * @throws ConfigError when a live process has it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock');
  while (!create(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined)
      throw new ConfigError(
        `DATA_DIR: ${folder} is in use by process ${owner}: stop that one, or set DATA_DIR to another folder`,
      );
    rmSync(file, { force: true });
  }
  return () => rmSync(file, { force: true });
}
