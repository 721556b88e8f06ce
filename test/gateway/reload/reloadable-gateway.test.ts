/** Valid and broken changes while a gateway runs. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { LastKnownGood } from '../../../src/config/last-known-good.ts';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';
import { eventually } from '../../support/eventually.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

let folder: string;
const logFile = join(mkdtempSync(join(tmpdir(), 'linkway-')), 'log');
const log = createLog({ destination: logFile });
let upstream: TestUpstream;
const gateways: StartedGateway[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  upstream = await startUpstream((req, res) => res.end(`first ${req.url}`));
});
afterAll(() => rmSync(dirname(logFile), { recursive: true }));
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const paths = (...names: string[]) => names.map((name) => `"${name}": { get: { responses: {} } }`).join(', ');
const document = (...names: string[]) =>
  `{ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": { ${paths(...names)} } }`;
/** Polling is off, so that tests control each reload. */
const STILL = 'reload: { files: 0, urls: 0 }\n';
const services = (extra = '', head = STILL) =>
  write('gateway.yaml', `${head}services:\n  a: { document: a.json, url: "${upstream.url}" }\n${extra}`);

const start = async () => {
  const gateway = await startGateway({
    config: configFile(join(folder, 'gateway.yaml')),
    lastGood: new LastKnownGood(join(folder, 'data')),
    port: 0,
    host: '127.0.0.1',
    log,
  });
  gateways.push(gateway);
  const get = (path: string) => request(gateway.url).get(path);
  const status = async () => (await get('/status')).body;
  return { ...gateway, get, status };
};
const stop = async (gateway: Pick<StartedGateway, 'url' | 'close'>) => {
  gateways.splice(0);
  await gateway.close();
};

it('A changed document is served, and counters continue', async () => {
  services();
  write('a.json', document('/x'));
  const { get, reload, status } = await start();
  await get('/x').expect(200);
  await get('/y').expect(404);

  write('a.json', document('/y'));
  expect(await reload()).toBe(true);

  await get('/y').expect(200);
  await get('/x').expect(404);
  expect(Object.keys((await get('/openapi.json')).body.paths)).toEqual(['/y']);
  expect((await status()).services).toMatchObject([
    { name: 'a', requests: 2, contract: { state: 'current' } },
  ]);
  expect(await reload()).toBe(false);
});

it('A reload keeps the statistics of contract deviations', async () => {
  const observed = (more = '') =>
    write(
      'gateway.yaml',
      `${STILL}services:\n  a: { document: a.json, url: "${upstream.url}", responses: observe, sample: 1${more} }\n`,
    );
  observed();
  write('a.json', document('/x').replace('{}', '{ "404": {} }'));
  const { get, reload, status } = await start();
  const drift = async () => (await status()).services[0].drift.operations;
  await get('/x').expect(200);
  expect(await drift()).toMatchObject([
    { operationId: 'GET /x', checked: 1, drifted: 1, why: { status: 1 } },
  ]);

  observed(', unknownQuery: pass');
  expect(await reload()).toBe(true);

  await get('/x').expect(200);
  expect(await drift()).toMatchObject([
    { operationId: 'GET /x', checked: 2, drifted: 2, faults: [{ count: 2 }] },
  ]);
});

it.each([
  ['no JSON', '{ "openapi": "3.1.0",\n "paths": {', /^a\.json:2:\d+: neither YAML nor JSON/],
  ['another thing', '{ "openapi": "9" }', /^a\.json:1: openapi: expected a version/],
])('The last good document stays if the new one is broken: %s', async (_, text, reason) => {
  services();
  write('a.json', document('/x'));
  const { get, reload, status } = await start();

  write('a.json', text);
  expect(await reload()).toBe(false);

  await get('/x').expect(200);
  const { contract } = (await status()).services[0];
  expect(contract).toEqual({
    state: 'refused',
    since: expect.any(String),
    reason: expect.stringMatching(reason),
  });
  expect((await get('/status').accept('text/html')).text).toContain('the last good document stays in use');
  // The log is written asynchronously.
  await eventually('the log has it', () =>
    readFileSync(logFile, 'utf8').includes('the document was rejected'),
  );
  await reload();
  expect((await status()).services[0].contract.since).toBe(contract.since);

  write('a.json', document('/x', '/y'));
  await reload();
  await get('/y').expect(200);
  expect((await status()).services[0].contract).toEqual({ state: 'current' });
});

it('Faults have pointers into the original document, even with renamed paths', async () => {
  const service = `{ document: a.json, url: "${upstream.url}", prefix: /p, paths: { /x: /y } }`;
  write('gateway.yaml', `${STILL}services: { a: ${service} }`);
  const get = { parameters: ['none'], responses: { 200: { $ref: '#/nowhere' } } };
  const twins = { '/x': { get }, '/z/{a}': { get: {} }, '/z/{b}': { get: {} } };
  write('a.json', JSON.stringify({ openapi: '3.1.0', info: { title: 't', version: '1' }, paths: twins }));
  const { get: ask, status } = await start();

  await ask('/p/y').expect(200);
  const [{ faults }] = (await status()).services;
  expect(faults.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
    '#/paths/~1x/get/parameters/0',
    '#/paths/~1x/get/responses/200',
    '#/paths/~1z~1%7Bb%7D/get',
  ]);
});

it('Unresolvable references are reported', async () => {
  services();
  const nowhere = { $ref: '#/components/responses/Nope' };
  const responses = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [200 + index, nowhere]));
  const info = { title: 't', version: '1' };
  write('a.json', JSON.stringify({ openapi: '3.1.0', info, paths: { '/x': { get: { responses } } } }));
  const { get, status } = await start();

  await get('/x').expect(200);
  const [{ faults }] = (await status()).services;
  expect(faults).toHaveLength(11);
  expect(faults[0]).toEqual({
    pointer: '#/paths/~1x/get/responses/200',
    reason: 'refers to #/components/responses/Nope, which does not exist',
  });
  expect(faults.at(-1).reason).toBe('has 2 more references that cannot be resolved');
});

it('Everything stays if documents contradict each other', async () => {
  services(`  b: { document: b.json, url: "${upstream.url}" }\n`);
  write('a.json', document('/x'));
  write('b.json', document('/y'));
  const { get, reload, status } = await start();

  write('b.json', document('/y', '/x'));
  expect(await reload()).toBe(false);

  await get('/y').expect(200);
  expect((await status()).refused.reason).toMatch(/^GET \/x is in the documents of both a and b/);
  write('b.json', document('/z'));
  await reload();
  await get('/z').expect(200);
  expect((await status()).refused).toBeUndefined();
});

it('A changed configuration is applied, and a broken one is rejected', async () => {
  services();
  write('a.json', document('/x'));
  write('b.json', document('/y'));
  const { get, reload, status } = await start();
  await get('/b/y').expect(404);

  services(`  b: { document: b.json, url: "${upstream.url}", prefix: /b }\n`);
  await reload();
  await get('/b/y').expect(200);

  services('  b: { document: b.json, colour: red }\n');
  expect(await reload()).toBe(false);
  await get('/b/y').expect(200);
  expect((await status()).refused.reason).toMatch(/^gateway\.yaml:\d+: services\.b/);
  expect((await get('/status').accept('text/html')).text).toContain(
    'The previous configuration stays in use',
  );
});

it.each([
  ['a document', () => write('a.json', '{')],
  ['the configuration', () => write('gateway.yaml', 'services: [')],
  ['the configuration is gone', () => rmSync(join(folder, 'gateway.yaml'))],
  ['documents that do not fit', () => write('b.json', document('/x'))],
])('A start uses the last good versions if something is broken: %s', async (_, breakIt) => {
  services(`  b: { document: b.json, url: "${upstream.url}" }\n`);
  write('a.json', document('/x'));
  write('b.json', document('/y'));
  await stop(await start());

  breakIt();
  const { get, status, reload } = await start();

  await get('/x').expect(200);
  await get('/y').expect(200);
  const { refused, services: all } = await status();
  expect([refused, all[0].contract].filter((one) => one?.reason)).toHaveLength(1);
  await reload();
  await get('/x').expect(200);
});

it('The start fails without a last good version', async () => {
  services();
  write('a.json', '{');
  await expect(start()).rejects.toThrow(/a\.json:1:\d+: neither YAML nor JSON/);
});

it('No request fails while documents change', async () => {
  services();
  write('a.json', document('/x'));
  const { url, reload } = await start();
  let isOver = false;
  const clients = Array.from({ length: 8 }, async () => {
    const statuses = new Set<number>();
    while (!isOver) statuses.add((await fetch(`${url}/x`)).status);
    return statuses;
  });

  for (let round = 0; round < 30; round++) {
    write('a.json', document('/x', `/y${round}`));
    expect(await reload()).toBe(true);
  }
  isOver = true;

  for (const statuses of await Promise.all(clients)) expect([...statuses]).toEqual([200]);
});

it('Requests finish at the old service before it is closed', async () => {
  let held: ServerResponse | undefined;
  const other = createServer((_req, res) => {
    held = res.writeHead(200).write('begun') ? res : res;
  }).listen(0, '127.0.0.1');
  const arrived = once(other, 'request');
  const connected = once(other, 'connection');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const at = (url: string) =>
    write('gateway.yaml', `${STILL}services:\n  a: { document: a.json, url: "${url}" }\n`);
  at(`http://127.0.0.1:${port}`);
  write('a.json', document('/x'));
  const { url, get, reload } = await start();
  const slow = fetch(`${url}/x`).then((response) => response.text());
  const [socket] = await connected;
  await arrived;

  at(upstream.url);
  await reload();
  expect((await get('/x')).text).toBe('first /x');

  const left = once(socket, 'close');
  held?.end(', and ended');
  expect(await slow).toBe('begun, and ended');
  await left;
  other.close();
});

it('A changed file is detected', async () => {
  services('', 'reload: { files: 10ms }\n');
  write('a.json', document('/x'));
  const { url } = await start();

  write('a.json', document('/y'));

  await eventually('the new path is served', async () => (await fetch(`${url}/y`)).status === 200);
});

it('Health checks of services in a rejected configuration end', async () => {
  const checks = { current: 0, refused: 0 };
  const turns = new Map<number, () => void>();
  const current = await startUpstream((_req, res) => {
    checks.current += 1;
    turns.get(checks.current)?.();
    res.end();
  });
  const refused = await startUpstream((_req, res) => {
    checks.refused += 1;
    res.end();
  });
  const health = 'health: { path: /health, every: 20ms }';
  const currentService = `  current: { document: current.json, url: "${current.url}", ${health} }\n`;
  write('a.json', document('/x'));
  write('current.json', document('/current'));
  write('b.json', document('/x'));
  services(currentService);
  const { reload, status } = await start();

  services(`${currentService}  b: { document: b.json, url: "${refused.url}", ${health} }\n`);
  expect(await reload()).toBe(false);
  expect((await status()).refused.reason).toMatch(/\/x is in the documents of both a and b/);
  const before = checks.refused;
  // The remaining service is the clock: it would be checked as often as the other one.
  await new Promise<void>((resolve) => turns.set(checks.current + 10, resolve));
  expect(checks.refused - before).toBeLessThanOrEqual(1);
  await current.stop();
  await refused.stop();
});
