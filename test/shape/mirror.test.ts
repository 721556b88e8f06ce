/** The tests lie where the code lies, and the top level is what it is meant to be. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Folders of tests that mirror nothing. */
const APART = ['journeys', 'bench', 'chaos', 'lab', 'suites', 'support', 'shape'];
/** More files than these in one folder, and no reader finds one at a glance. */
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

/** What is committed or about to be; undefined where this is no checkout. */
function committedTop(): Set<string> | undefined {
  if (!existsSync(join(ROOT, '.git'))) return undefined;
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return new Set(
    files.map((file) => file.split('/')[0] ?? '').filter((name) => existsSync(join(ROOT, name))),
  );
}

describe('the mirror', () => {
  it('has a place in the code for each folder of tests', () => {
    const orphans = tracked
      .filter((file) => file.startsWith('test/') && file.endsWith('.test.ts'))
      .map((file) => file.split('/').slice(1, -1))
      .filter(([first = '']) => first !== '' && !APART.includes(first))
      .map((folders) => folders.join('/'))
      .filter((folder) => !existsSync(join(ROOT, folder)) && !existsSync(join(ROOT, 'src', folder)));
    expect([...new Set(orphans)]).toEqual([]);
  });

  it('has tests for each folder of the code', () => {
    const folders = tracked
      .map((file) => /^(?:src\/([^/]+)|(services\/[^/]+))\//.exec(file))
      .flatMap((match) => match?.[1] ?? match?.[2] ?? []);
    const untested = [...new Set(folders)].filter(
      (folder) => !tracked.some((file) => file.startsWith(`test/${folder}/`) && file.endsWith('.test.ts')),
    );
    expect(untested).toEqual([]);
  });

  it('keeps the top level small', () => {
    const top = committedTop() ?? new Set();
    expect([...top].filter((name) => name !== '' && !TOP_LEVEL.includes(name))).toEqual([]);
  });

  it('has no folder of the code with more files than one finds at a glance', () => {
    const sources = tracked.filter((file) => /^(?:src|services)\/.*\.(?:ts|js|css)$/.test(file));
    const folders = Map.groupBy(sources, (file) => file.slice(0, file.lastIndexOf('/')));
    expect([...folders].filter(([, files]) => files.length > MOST_FILES).map(([folder]) => folder)).toEqual(
      [],
    );
  });
});
