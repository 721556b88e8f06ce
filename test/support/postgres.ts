/**
 * A PostgreSQL server for one test, which may kill it. Without PostgreSQL on the machine the tests are skipped with a
 * message; with REQUIRE_ALL=1 they fail instead.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { freePort } from './child.ts';

const DEBIAN = '/usr/lib/postgresql';

const programs = (): string | undefined => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
};

export function describeWithPostgres(name: string, tests: () => void): void {
  const isMissing = programs() === undefined;
  if (isMissing && process.env.REQUIRE_ALL === '1')
    throw new Error(`REQUIRE_ALL=1, and ${name} needs PostgreSQL`);
  (isMissing ? describe.skip : describe)(name, tests);
}

export interface TestPostgres {
  readonly url: string;
  /** Kills the server as a crash does, without a last write. */
  crash(): void;
  start(): void;
  remove(): void;
}

/** Committed data survives a crash, as with the default settings of a server. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = programs() ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  const port = await freePort();
  // The server does not run as root.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [user, group] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])));
    chownSync(folder, user as number, group as number);
  }
  const run = (program: string, ...args: readonly string[]) => {
    const command = [join(bin, program), ...args];
    const [first = '', ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    execFileSync(first, rest, { cwd: folder, stdio: 'ignore' });
  };
  const data = join(folder, 'data');
  run('initdb', '-D', data, '-U', 'linkway', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  const options = `-h 127.0.0.1 -p ${port} -k ''`;
  const start = () => run('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const crash = () => run('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  start();
  return {
    url: `postgres://linkway@127.0.0.1:${port}/postgres`,
    start,
    crash,
    remove: () => {
      try {
        crash();
      } catch {
        // The server is already down.
      }
      rmSync(folder, { recursive: true });
    },
  };
}
