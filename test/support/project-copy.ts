/**
 * The project in a folder of its own, as it would be committed now, to be changed at will. It takes git, and a checkout;
 * where those are missing, the tests that need it are skipped, and say so.
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

/** @param tools that it takes beside git */
export const describeInCopy = (name: string, tests: () => void, ...tools: readonly string[]): void => {
  const isSkipped = !hasTools('git', ...tools);
  if (isSkipped && process.env.REQUIRE_ALL)
    throw new Error(`${name} needs git ${tools.join(' ')}, and a checkout`);
  (isSkipped ? describe.skip : describe)(name, tests);
};

export interface ProjectCopy {
  readonly folder: string;
  /** Of its processes: compiled code is kept, so that each next one starts sooner. */
  readonly env: NodeJS.ProcessEnv;
  read(path: string): string;
  write(path: string, text: string): void;
  has(path: string): boolean;
  /** The names of the services that have code in it. */
  services(): string[];
  /** What one has typed; its output, and its exit code. */
  run(command: string, ...args: readonly string[]): Promise<Ended>;
  /** What git would say is different from the beginning, a line a file. */
  changed(): string[];
  /** Makes what is there now the beginning. */
  commit(): void;
  /** Makes everything as it was at the beginning, ignored files too: quicker than another copy. */
  restore(): void;
  remove(): void;
}

interface Ended {
  readonly code: number;
  readonly out: string;
}

/** @returns what it said. @throws Error with that, when it ended with anything but 0 */
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
  // A link, which `node_modules/` does not mean.
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
  // Where no command looks, and it goes with the copy.
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
