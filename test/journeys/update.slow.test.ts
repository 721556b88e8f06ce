/** A clone with its own services upgrades to a newer version with the commands of `docs/upgrading.md`. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { copyProject, describeInCopy, type ProjectCopy, passes } from '../support/project-copy.ts';

const page = readFileSync(new URL('../../docs/upgrading.md', import.meta.url), 'utf8');
const [once = '', each = ''] = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, body = '']) => body);
/** Slow commands that other tests run. */
const ELSEWHERE = /^npm ci$| && npm test$/;

describeInCopy('An upgrade', () => {
  let newer: ProjectCopy;
  let clone: ProjectCopy;
  beforeEach(() => {
    newer = copyProject();
    clone = copyProject();
  }, 600_000);
  afterEach(() => {
    newer.remove();
    clone.remove();
  });

  const git = ({ folder }: ProjectCopy, ...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  const commit = (copy: ProjectCopy, message: string) => {
    git(copy, 'add', '--all');
    git(copy, 'commit', '--quiet', '--message', message);
  };

  it('brings all changes, and leaves the changes of the clone intact', async () => {
    await passes(clone.run(process.execPath, 'src/tools/scaffold/new-service.ts', 'paper-boats'));
    for (const file of ['services/paper-boats/contract.ts', 'test/services/paper-boats/paper-boats.test.ts'])
      clone.write(file, `// Mine.\n${clone.read(file)}`);
    clone.write('openapi/overlays/mine.yaml', 'overlay: 1.0.0\n');
    commit(clone, 'Mine');

    newer.write('src/http/headers/via.ts', `${newer.read('src/http/headers/via.ts')}// Newer.\n`);
    newer.write('test/http/headers/via-newer.test.ts', '// Newer.\n');
    newer.write('docs/newer.md', '# Newer\n');
    newer.write('services/consumers/README.md', 'Newer.\n');
    for (const file of [
      'README.md',
      'SECURITY.md',
      'docs/tutorial.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      '.npmrc',
      '.gitignore',
    ])
      newer.write(file, `${newer.read(file)}\n# Newer\n`);
    for (const file of ['test/http/headers/link-header.test.ts', 'docs/decisions/README.md'])
      execFileSync('rm', [join(newer.folder, file)]);
    git(newer, 'branch', '--move', 'main');
    commit(newer, 'Newer');

    const commands = `${once.replace('<where this came from>', newer.folder)}${each}`
      .trim()
      .split('\n')
      .filter((line) => !ELSEWHERE.test(line));
    expect(commands.length).toBeGreaterThan(4);
    for (const line of commands) await passes(clone.run('sh', '-c', line));
    await passes(clone.run('npm', 'run', 'check'));

    const made = ['openapi', 'compose.yaml', 'deploy/kubernetes'];
    const notTaken = ['services', 'test/services', 'gateway.yaml', ...made].map((path) => `:!${path}`);
    expect(git(clone, 'diff', 'linkway/main', '--stat', '--', '.', ...notTaken)).toBe('');
    expect(clone.has('test/http/headers/link-header.test.ts')).toBe(false);
    expect(clone.has('docs/decisions/README.md')).toBe(false);
    const own = ['services', 'test/services', 'gateway.yaml', 'openapi/overlays'];
    expect(git(clone, 'diff', 'HEAD', '--stat', '--', ...own)).toBe('');
  }, 600_000);
});
