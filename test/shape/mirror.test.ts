/** The folders of tests mirror the folders of the code, and the top level stays small. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Folders of tests without a counterpart in the code. */
const APART = ['journeys', 'bench', 'chaos', 'lab', 'suites', 'support', 'shape'];
/** The largest number of files in one folder in which a reader still finds one quickly. */
const MOST_FILES = 20;
const TOP_LEVEL = [
  '.ci',
  '.dockerignore',
  '.gitignore',
  '.npmrc',
  '.vscode',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Dockerfile',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'biome.json',
  'compose.yaml',
  'deploy',
  'docs',
  'gateway.yaml',
  'jest.config.ts',
  'knip.json',
  'openapi',
  'package-lock.json',
  'package.json',
  'services',
  'src',
  'test',
  'tsconfig.json',
];

const tracked = ['src', 'services', 'test'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
);

/** The committed and new files; undefined when this is not a checkout. */
function committedTop(): Set<string> | undefined {
  if (!existsSync(join(ROOT, '.git'))) return undefined;
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return new Set(
    files.map((file) => file.split('/')[0] ?? '').filter((name) => existsSync(join(ROOT, name))),
  );
}

describe('The layout', () => {
  it('has a folder of code for each folder of tests', () => {
    const orphans = tracked
      .filter((file) => file.startsWith('test/') && file.endsWith('.test.ts'))
      .map((file) => file.split('/').slice(1, -1))
      .filter(([first = '']) => first !== '' && !APART.includes(first))
      .map((folders) => folders.join('/'))
      .filter((folder) => !existsSync(join(ROOT, folder)) && !existsSync(join(ROOT, 'src', folder)));
    expect([...new Set(orphans)]).toEqual([]);
  });

  it('has a folder of tests for each folder of code', () => {
    const folders = tracked
      .map((file) => /^(?:src\/([^/]+)|(services\/[^/]+))\//.exec(file))
      .flatMap((match) => match?.[1] ?? match?.[2] ?? []);
    const untested = [...new Set(folders)].filter(
      (folder) => !tracked.some((file) => file.startsWith(`test/${folder}/`) && file.endsWith('.test.ts')),
    );
    expect(untested).toEqual([]);
  });

  it('has only the expected files at the top level', () => {
    const top = committedTop() ?? new Set();
    expect([...top].filter((name) => name !== '' && !TOP_LEVEL.includes(name))).toEqual([]);
  });

  it('has no folder of code with too many files', () => {
    const sources = tracked.filter((file) => /^(?:src|services)\/.*\.(?:ts|js|css)$/.test(file));
    const folders = Map.groupBy(sources, (file) => file.slice(0, file.lastIndexOf('/')));
    expect([...folders].filter(([, files]) => files.length > MOST_FILES).map(([folder]) => folder)).toEqual(
      [],
    );
  });
});
