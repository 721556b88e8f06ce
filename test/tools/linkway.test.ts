import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startChild } from '../support/child.ts';
import { itSamples } from '../support/samples.ts';

const run = async (...args: string[]) => {
  const child = startChild('src/tools/linkway.ts', args, {});
  const code = await child.ended;
  return { code, ...child.output };
};

describe('npm run linkway', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    for (const name of ['serve', 'check', 'routes', 'grade', 'diff']) expect(stdout).toContain(name);
  });

  itSamples('prints routes, for people and for programs', async () => {
    const { stdout } = await run('routes');
    expect(stdout).toMatch(
      /^GET +\/orders\/\{orderId\} +orders +getOrder +oauth: orders:read +not enforced$/m,
    );
    const table = JSON.parse((await run('routes', '--json')).stdout);
    expect(table).toContainEqual({
      method: 'GET',
      path: '/orders',
      service: 'orders',
      operationId: 'listOrders',
      requires: 'oauth: orders:read',
      enforcement: 'off',
    });
  });

  it('exits with the code of its result', async () => {
    expect((await run('check', 'openapi/gateway.yaml')).code).toBe(0);
    expect((await run('check', 'nowhere.yaml')).code).toBe(1);
    expect(await run('grade')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^linkway: expected at least one/),
    });
    expect(await run('paint')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown command paint'),
    });
    expect(await run('chek')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown command chek; did you mean check?'),
    });
    expect(await run('grade', 'a.yaml', '--prefix', '/x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^linkway: unknown option --prefix/),
    });
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('escapes control characters of documents, and accepts a prefix', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
    const file = join(folder, 'a.json');
    const title = 'x\n\u001b[2Jlinkway: all is well';
    writeFileSync(
      file,
      JSON.stringify({
        openapi: '3.1.0',
        info: { title, version: '1' },
        paths: { '/status': { get: { responses: { 200: { $ref: `#/${title}` } } } } },
      }),
    );
    const { stdout, code } = await run('check', file, '--prefix', '/p');
    expect(code).toBe(1);
    expect(stdout.split('\n')).toHaveLength(3);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('1 operation, 1 fault');
    expect(await run('check', file, '--prefix', 'p')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--prefix: expected a path/),
    });
    rmSync(folder, { recursive: true });
  });
});
