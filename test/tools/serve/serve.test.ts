/** `linkway serve` in a clone. The same from the package is in `test/tools/package`. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Child, freePort, startChild } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';

const documentOf = (path: string, example = 'first') =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: {
      [path]: {
        get: {
          operationId: `get${path.slice(1)}`,
          responses: { 200: { description: 'ok', content: { 'application/json': { example } } } },
        },
      },
    },
  });

let folder: string;
let children: Child[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    child.process.kill('SIGKILL');
    await child.ended;
  }
  rmSync(folder, { recursive: true });
});

const placed = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(placed(name), text);

function start(args: readonly string[], env: Record<string, string> = {}): Child {
  const child = startChild('src/tools/linkway.ts', ['serve', ...args], { LOG_LEVEL: 'silent', ...env });
  children.push(child);
  return child;
}

/** @returns the URL of the gateway */
async function started(args: readonly string[], env: Record<string, string> = {}) {
  const child = start([...args, '--port', '0'], env);
  await child.says(/Press Ctrl-C/);
  return { child, url: /http:\/\/localhost:\d+/.exec(child.output.stdout)?.[0] ?? '' };
}

const upstream = async (name: string) => {
  const server = createServer((req, res) => {
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ name, url: req.url }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close().closeAllConnections() };
};

describe('linkway serve', () => {
  it('runs before several APIs, whatever variables say, and ends with Ctrl-C', async () => {
    const [a, b] = [await upstream('a'), await upstream('b')];
    write('pets.json', documentOf('/pets'));
    write('cats.json', documentOf('/cats'));
    const { child, url } = await started(
      [placed('pets.json'), '--upstream', a.url, '--service', `other=${placed('cats.json')}@${b.url}`],
      { PETS_URL: 'http://127.0.0.1:1' },
    );
    const bodies = ['/pets', '/cats'].map(async (path) => (await fetch(url + path)).json());
    expect(await Promise.all(bodies)).toEqual([
      { name: 'a', url: '/pets' },
      { name: 'b', url: '/cats' },
    ]);
    const { services } = (await (await fetch(`${url}/status`)).json()) as { services: { name: string }[] };
    expect(services.map(({ name }) => name)).toEqual(['pets', 'other']);
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(0);
    for (const { close } of [a, b]) close();
  });

  it('responds with the examples of the document, reloads it, and leaves no files', async () => {
    write('pets.json', documentOf('/pets'));
    const { url } = await started([placed('pets.json'), '--mock']);
    const body = async () => (await fetch(`${url}/pets`)).json();
    expect(await body()).toBe('first');
    write('pets.json', documentOf('/pets', 'second'));
    await eventually('the changed document is in use', async () => (await body()) === 'second');
    expect(readdirSync(folder)).toEqual(['pets.json']);
  });

  it('runs a gateway.yaml with a step that imports linkway from a folder without packages', async () => {
    write('pets.json', documentOf('/pets'));
    write(
      'gateway.yaml',
      'services: { pets: { document: pets.json, upstream: mock } }\nsteps: [steps/deny.ts]\n',
    );
    mkdirSync(placed('steps'));
    write(
      'steps/deny.ts',
      `import { defineStep, Problem, stepRefused } from 'linkway';
      export default defineStep(() => ({ before() { throw new Problem(stepRefused, 'Not today.'); } }));`,
    );
    const { url } = await started(['--config', placed('gateway.yaml')]);
    const response = await fetch(`${url}/pets`);
    // A Problem of another copy of linkway would be 500.
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
      403,
      'Not today.',
    ]);
  });

  it.each<[string, string[], number, RegExp]>([
    [
      'an unknown option',
      ['a.yaml', '--upsteam', 'http://a'],
      2,
      /^linkway: unknown option --upsteam; did you mean --upstream\?\n$/,
    ],
    ['no upstream', ['a.yaml'], 2, /^linkway: expected --upstream/],
    ['a port that is none', ['a.yaml', '--mock', '-p', '65536'], 2, /^linkway: --port: expected a number/],
    ['a port without a value', ['a.yaml', '--mock', '--port'], 2, /^linkway: --port: expected a value/],
    [
      'documents beside a configuration',
      ['a.yaml', '--mock', '--config', 'g.yaml'],
      2,
      /^linkway: --config: /,
    ],
    ['a mock of nothing', ['--mock'], 2, /^linkway: --mock: expected at least one/],
    ['a missing document', ['/nowhere/a.yaml', '--mock'], 1, /^linkway: \/nowhere\/a\.yaml: cannot be read/],
    [
      'a missing configuration',
      ['--config', '/nowhere/g.yaml'],
      1,
      /^linkway: \/nowhere\/g\.yaml: cannot be read; name another file with --config\n$/,
    ],
  ])('ends with one clear line for %s', async (_, args, code, line) => {
    const child = start(args);
    expect([await child.ended, child.output.stdout]).toEqual([code, '']);
    expect(child.output.stderr).toMatch(line);
  });

  it('ends with the reason when a document cannot be fetched', async () => {
    const url = `http://127.0.0.1:${await freePort()}/a.yaml`;
    const child = start([url, '--mock']);
    expect(await child.ended).toBe(1);
    expect(child.output.stderr).toContain(
      `linkway: ${url}: cannot be downloaded: nothing listens at its address`,
    );
  });

  it('names --port when the port is in use', async () => {
    const other = await upstream('other');
    write('pets.json', documentOf('/pets'));
    const child = start([placed('pets.json'), '--mock', '--port', new URL(other.url).port]);
    expect(await child.ended).toBe(1);
    expect(child.output.stderr).toMatch(
      /^linkway: --port: port \d+ is already in use.*set --port to another/,
    );
    other.close();
  });

  it('shows its options', async () => {
    const child = start(['--help']);
    expect(await child.ended).toBe(0);
    for (const option of ['--upstream', '--service', '--mock', '--config', '--port', '--host'])
      expect(child.output.stdout).toContain(option);
  });
});
