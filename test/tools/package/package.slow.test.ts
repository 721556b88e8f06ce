/**
 * The package as users have it: packed, installed in an empty folder from the registry that npm is configured with, and
 * run there without a file of the clone. Without a registry the tests are skipped with a message.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { pack } from '../../../src/tools/package/pack.ts';
import { freePort } from '../../support/child.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** npm adds variables and paths of the clone, in which these commands must not look. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(?:package|lifecycle|command|config_local_prefix)|^NODE_(?:PATH|OPTIONS)$|^INIT_CWD$/.test(name),
  ),
);
const paths = (process.env.PATH ?? '').split(delimiter).filter((path) => !`${path}/`.startsWith(ROOT));

const hasRegistry =
  spawnSync('npm', ['view', 'leven', 'version', '--fetch-retries=0', '--fetch-timeout=20000'], {
    cwd: tmpdir(),
    timeout: 30_000,
  }).status === 0;
if (!hasRegistry && process.env.REQUIRE_ALL === '1')
  throw new Error('REQUIRE_ALL=1, and npm reaches no registry');

/** Whether there is docker, and a registry of images. */
const hasImages = spawnSync('docker', ['pull', '--quiet', 'node:24-slim'], { timeout: 60_000 }).status === 0;

const DOCUMENT = `openapi: 3.0.3
info: { title: Books, version: 1.0.0 }
paths:
  /books:
    get:
      operationId: listBooks
      responses:
        '200':
          description: All books.
          content:
            application/json:
              schema: { type: array, items: { type: object } }
              example: [{ id: mock }]
`;

const STEP = `import { defineStep, Problem, stepRefused } from 'linkway';

export default defineStep(() => ({
  before(request) {
    if (request.headers['x-deny'] !== undefined) throw new Problem(stepRefused, 'Not today.');
  },
  after(response, request) {
    response.setHeader('X-Operation', request.operation.operationId);
  },
}));
`;

(hasRegistry ? describe : describe.skip)('The package in an empty folder', () => {
  let base: string;
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let upstream: Server;
  let running: ChildProcess[] = [];

  beforeAll(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'linkway-')));
    folder = join(base, 'shop');
    for (const name of ['bin', 'out', 'shop/steps']) mkdirSync(join(base, name), { recursive: true });
    symlinkSync(process.execPath, join(base, 'bin/node'));
    env = { ...inherited, PATH: [join(base, 'bin'), ...paths].join(delimiter) };
    const { file } = await pack(join(base, 'out'));
    writeFileSync(join(folder, 'package.json'), '{}');
    const { code, out } = await run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', file);
    if (code !== 0) throw new Error(out);
    writeFileSync(join(folder, 'openapi.yaml'), DOCUMENT);
    writeFileSync(join(folder, 'steps/team.ts'), STEP);
    writeFileSync(
      join(folder, 'gateway.yaml'),
      'services: { books: { document: openapi.yaml, upstream: mock } }\nsteps: [steps/team.ts]\n',
    );
    upstream = createServer((_, res) =>
      res.setHeader('Content-Type', 'application/json').end('[{"id":"upstream"}]'),
    ).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
  }, 120_000);

  afterEach(async () => {
    for (const child of running.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )) {
      const closed = once(child, 'close');
      signal(child, 'SIGKILL');
      await closed;
    }
    running = [];
  });

  afterAll(() => {
    upstream?.close().closeAllConnections();
    rmSync(base, { recursive: true });
  });

  const run = (command: string, ...args: readonly string[]): Promise<{ code: number; out: string }> =>
    promisify(execFile)(command, [...args], { cwd: folder, env }).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
      ({ code, stdout, stderr }) => ({ code, out: stdout + stderr }),
    );
  const linkway = (...args: readonly string[]) => run('npx', '--no-install', 'linkway', ...args);

  const signal = (child: ChildProcess, name: NodeJS.Signals) => process.kill(-(child.pid as number), name);

  /** Starts a gateway. @returns its URL */
  async function start(command: string, args: readonly string[], more: Record<string, string> = {}) {
    const child = spawn(command, [...args], {
      cwd: folder,
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of processes, to which signals are sent as a terminal does.
      detached: true,
    });
    running.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    // Also the processes below it have ended then.
    const closed = once(child, 'close');
    while (!said.includes('Press Ctrl-C'))
      await Promise.race([
        once(child.stdout, 'data'),
        exit.then(() => {
          throw new Error(said);
        }),
      ]);
    return { child, exit, closed, url: /http:\/\/localhost:\d+/.exec(said)?.[0] ?? '' };
  }

  it('serves an API with one command until Ctrl-C, and leaves no files', async () => {
    const target = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const before = readdirSync(folder);
    const { child, closed, url } = await start('npx', [
      ...['--no-install', 'linkway', 'serve', 'openapi.yaml'],
      ...['--upstream', target, '--port', '0'],
    ]);
    expect(await (await fetch(`${url}/books`)).json()).toEqual([{ id: 'upstream' }]);
    for (const path of ['/docs', '/docs/swagger-ui-bundle.js', '/status', '/books?nothing']) {
      const response = await fetch(url + path, { headers: { Accept: 'text/html, */*;q=0.5' } });
      expect([path, response.status]).toEqual([path, path.includes('?') ? 400 : 200]);
      await response.body?.cancel();
    }
    signal(child, 'SIGINT');
    await closed;
    expect(readdirSync(folder)).toEqual(before);
  }, 60_000);

  it('runs a step that imports linkway, as the same modules and with types', async () => {
    const { url } = await start('npx', ['--no-install', 'linkway', 'serve', '--port', '0']);
    const response = await fetch(`${url}/books`);
    expect(await response.json()).toEqual([{ id: 'mock' }]);
    expect(response.headers.get('x-operation')).toBe('listBooks');
    // A Problem of another copy of linkway would be 500.
    const refused = await fetch(`${url}/books`, { headers: { 'X-Deny': '1' } });
    expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
      403,
      'Not today.',
    ]);
    const tsc = (file: string) =>
      run(
        join(ROOT, 'node_modules/.bin/tsc'),
        ...['--ignoreConfig', '--noEmit', '--strict', '--module', 'nodenext', '--types', ''],
        file,
      );
    expect(await tsc('steps/team.ts')).toEqual({ code: 0, out: '' });
    writeFileSync(join(folder, 'steps/wrong.ts'), STEP.replace('.operationId', '.operationName'));
    expect((await tsc('steps/wrong.ts')).out).toContain("'operationName' does not exist");
  }, 60_000);

  it('inspects documents, with the exit codes of the reference', async () => {
    const read = readFileSync(join(folder, 'openapi.yaml'), 'utf8');
    writeFileSync(join(folder, 'next.yaml'), read.replace('/books', '/volumes'));
    const ended = await Promise.all([
      linkway('check', 'openapi.yaml', 'gateway.yaml'),
      linkway('routes'),
      linkway('grade', 'openapi.yaml'),
      linkway('diff', 'openapi.yaml', 'next.yaml'),
      linkway('check', 'nowhere.yaml'),
      linkway('serve', 'nowhere.yaml', '--mock'),
      linkway('serve', 'openapi.yaml', '--upsteam', 'http://localhost:3000'),
      linkway('--version'),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 1, 1, 1, 2, 0]);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const [index, text] of [
      [0, 'no faults'],
      [1, 'listBooks'],
      [2, 'level 2'],
      [3, 'breaking: '],
      [5, 'nowhere.yaml: cannot be read'],
      [6, 'did you mean --upstream?'],
      [7, version],
    ] as const)
      expect(ended[index]?.out).toContain(text);
  }, 60_000);

  it('makes a large document in a worker thread, and exits with 0 after Ctrl-C', async () => {
    const filler = 'x'.repeat(400_000);
    writeFileSync(join(folder, 'large.yaml'), DOCUMENT.replace('All books.', filler));
    const own = join(folder, 'node_modules/.bin/linkway');
    const { child, exit, url } = await start(own, ['serve', 'large.yaml', '--mock', '--port', '0']);
    expect(await (await fetch(`${url}/books`)).json()).toEqual([{ id: 'mock' }]);
    signal(child, 'SIGINT');
    expect(await exit).toBe(0);
  }, 60_000);

  it('has only what the gateway needs, and nothing of the clone', () => {
    const installed = readdirSync(join(folder, 'node_modules'));
    const unneeded = ['@electric-sql', '@scarf', 'kysely', 'pg', 'tar', 'typescript', 'jest'];
    expect(installed.filter((name) => unneeded.includes(name))).toEqual([]);
    const built = join(folder, 'node_modules/linkway');
    const files = readdirSync(built, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /^dist\/(?:storage|service)\//.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    const texts = files.filter((file) => /^dist\/.*\.(?:js|json)$/.test(file));
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.filter((file) => readFileSync(join(built, file), 'utf8').includes(ROOT))).toEqual([]);
    expect(existsSync(join(built, 'LICENSE'))).toBe(true);
  });

  it('says so when Node is too old', async () => {
    const bin = join(folder, 'node_modules/linkway/dist/tools/bin.js');
    const old = `Object.defineProperty(process.versions, 'node', { value: '22.23.5' });`;
    writeFileSync(join(base, 'old.cjs'), old);
    expect(await run('node', '--require', join(base, 'old.cjs'), bin, '--version')).toEqual({
      code: 2,
      out: 'linkway: needs Node 24 or newer, and this is Node 22.23.5\n',
    });
  });

  describe('The image of the gateway', () => {
    const text = readFileSync(join(ROOT, 'deploy/gateway/Dockerfile'), 'utf8');
    const list = (instruction: string): string[] =>
      JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(text)?.[1] ?? '[]');

    it('has a valid Dockerfile', () => {
      expect(validate(text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
    });

    (hasImages ? it : it.skip)(
      'is built by docker, and runs',
      async () => {
        const tag = 'linkway-gateway-test';
        const file = join(ROOT, 'deploy/gateway/Dockerfile');
        const build = await run(
          'docker',
          'build',
          '--quiet',
          '--tag',
          tag,
          '--file',
          file,
          join(base, 'out'),
        );
        expect(build).toMatchObject({ code: 0 });
        expect((await run('docker', 'run', '--rm', tag, '--version')).code).toBe(0);
        await run('docker', 'image', 'rm', tag);
      },
      300_000,
    );

    it('runs its commands as written, healthy until SIGTERM', async () => {
      const port = String(await freePort());
      const variables = Object.fromEntries(
        [...(/^ENV (.*)$/m.exec(text)?.[1] ?? '').matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      );
      expect(variables).toMatchObject({ HOST: '0.0.0.0', PORT: '8080', DATA_DIR: '/data' });
      const data = join(base, 'data');
      const own = { ...variables, HOST: '127.0.0.1', PORT: port, DATA_DIR: data };
      const [node, ...flags] = list('ENTRYPOINT').map((part) => part.replace(/^\/linkway\//, `${folder}/`));
      const { child, exit, url } = await start(node as string, [...flags, ...list('CMD')], own);
      expect(await (await fetch(`${url}/books`)).json()).toEqual([{ id: 'mock' }]);
      const [, ...health] = list(' +CMD');
      const status = () => spawnSync(process.execPath, health, { env: { ...env, ...own } }).status;
      expect(status()).toBe(0);
      signal(child, 'SIGTERM');
      expect(await exit).toBe(0);
      expect(status()).toBe(1);
      expect(readdirSync(data)).toEqual(['last-good']);
    }, 60_000);
  });
});
