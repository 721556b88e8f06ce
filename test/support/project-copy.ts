/**
 * A copy of the project as it would be committed now, which a test may change. It needs git and a checkout; without them
 * the tests are skipped with a message.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { servicesHere } from '../../src/tools/scaffold/project.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const hasTools = (...tools: readonly string[]): boolean =>
  existsSync(join(ROOT, '.git')) && tools.every((tool) => spawnSync(tool, ['--version']).status === 0);

/** @param tools further required tools beside git */
export const describeInCopy = (name: string, tests: () => void, ...tools: readonly string[]): void => {
  const isSkipped = !hasTools('git', ...tools);
  if (isSkipped && process.env.REQUIRE_ALL)
    throw new Error(`${name} needs git ${tools.join(' ')}, and a checkout`);
  (isSkipped ? describe.skip : describe)(name, tests);
};

export interface ProjectCopy {
  readonly folder: string;
  /** The environment of its processes. A shared compile cache makes each next process start sooner. */
  readonly env: NodeJS.ProcessEnv;
  read(path: string): string;
  write(path: string, text: string): void;
  has(path: string): boolean;
  /** The names of the services with code in the copy. */
  services(): string[];
  /** Runs a command; returns its output and exit code. */
  run(command: string, ...args: readonly string[]): Promise<Ended>;
  /** The changed files since the baseline as `git status` lists them, one per line. */
  changed(): string[];
  /** Makes the current state the baseline. */
  commit(): void;
  /** Restores the baseline, ignored files included. This is faster than another copy. */
  restore(): void;
  remove(): void;
}

interface Ended {
  readonly code: number;
  readonly out: string;
}

/** @returns the output. @throws Error with the output when the exit code is not 0 */
export async function passes(run: Promise<Ended>): Promise<string> {
  const { code, out } = await run;
  if (code !== 0) throw new Error(out);
  return out;
}

export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  for (const file of files.filter((one) => existsSync(join(ROOT, one))))
    cpSync(join(ROOT, file), join(folder, file));
  symlinkSync(
    join(dirname(fileURLToPath(import.meta.resolve('express'))), '..'),
    join(folder, 'node_modules'),
  );
  git(folder, 'init', '--quiet');
  // It is a link, which the pattern `node_modules/` does not match.
  writeFileSync(join(folder, '.git/info/exclude'), '/node_modules\n');
  const copy = copyIn(folder);
  copy.commit();
  return copy;
}

const git = (folder: string, ...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=copy', '-c', 'user.email=copy@example.com', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });

function copyIn(folder: string): ProjectCopy {
  const { DATABASE_URL: _, REQUIRE_ALL: __, TEST_ALL: ___, NODE_OPTIONS: ____, ...inherited } = process.env;
  // No command looks there, and it is removed with the copy.
  const env = { ...inherited, NODE_COMPILE_CACHE: join(folder, '.git/compiled') };
  return {
    env,
    folder,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    write: (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    has: (path) => existsSync(join(folder, path)),
    services: () => servicesHere(folder),
    run: (command, ...words) =>
      promisify(execFile)(command, [...words], { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 }).then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code, out: stdout + stderr }),
      ),
    changed: () =>
      git(folder, 'status', '--porcelain', '--untracked-files=all')
        .split('\n')
        .filter((line) => line !== ''),
    commit: () => {
      git(folder, 'add', '--all');
      git(folder, 'commit', '--quiet', '--message', 'The beginning');
    },
    restore: () => {
      git(folder, 'reset', '--quiet', '--hard');
      git(folder, 'clean', '--quiet', '-ffdx', '--exclude=/node_modules');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
