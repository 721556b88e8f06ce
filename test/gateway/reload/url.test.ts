/** Documents at URLs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { LastKnownGood } from '../../../src/config/last-known-good.ts';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const document = (...names: string[]) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 't', version: '1' },
    paths: Object.fromEntries(names.map((name) => [name, { get: { responses: {} } }])),
  });

const log = createLog({ level: 'silent' });
let folder: string;
let service: TestUpstream;
let contracts: TestUpstream;
let gateway: StartedGateway;
let published: { readonly text: string; readonly etag: string } | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  service = await startUpstream((req, res) => res.end(req.url));
  contracts = await startUpstream((req, res) => {
    if (published === undefined) res.writeHead(500).end('secret');
    else if (req.headers['if-none-match'] === published.etag) res.writeHead(304).end();
    else res.setHeader('ETag', published.etag).end(published.text);
  });
  published = { text: document('/x'), etag: '"1"' };
});
afterEach(async () => {
  await gateway.close();
  await contracts.stop();
  await service.stop();
  rmSync(folder, { recursive: true });
});

const start = async (extra = 'prefix: /a') => {
  const yaml = `reload: { files: 0, urls: 0 }\nservices:\n  a: { document: "${contracts.url}/a.json", url: "${service.url}", ${extra} }\n`;
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, yaml);
  gateway = await startGateway({
    config: configFile(file),
    lastGood: new LastKnownGood(join(folder, 'data')),
    port: 0,
    host: '127.0.0.1',
    log,
  });
};
const get = (path: string) => request(gateway.url).get(path);
const contract = async () => (await get('/status')).body.services[0].contract;

it('Documents at URLs are requested with their ETag and applied when it changes', async () => {
  await start();
  await get('/a/x').expect(200);
  expect(await gateway.reload()).toBe(false);
  expect(contracts.requests.at(-1)?.headers['if-none-match']).toBe('"1"');

  published = { text: document('/y'), etag: '"2"' };
  expect(await gateway.reload()).toBe(true);
  await get('/a/y').expect(200);
  await get('/a/x').expect(404);
});

it('Documents at URLs stay in use while the server is not available, even after a restart', async () => {
  await start();
  published = undefined;
  expect(await gateway.reload()).toBe(false);
  await get('/a/x').expect(200);
  expect(await contract()).toMatchObject({
    state: 'refused',
    reason: expect.stringMatching(/^a\.json: .*500/),
  });

  await gateway.close();
  await start();
  await get('/a/x').expect(200);
  expect(await contract()).toMatchObject({ state: 'refused' });
});

it('Only paths of documents that could not be fetched yet are unavailable', async () => {
  published = undefined;
  await start();

  const { body, headers } = await get('/a/x?q=1').expect(503);
  expect(body).toMatchObject({ type: '/problems/contract-unavailable', status: 503 });
  expect(headers['retry-after']).toBe('5');
  await get('/ab').expect(404);
  await get('/status').expect(200);
  expect(await contract()).toMatchObject({ state: 'unavailable' });
  const page = (await get('/status').accept('text/html')).text;
  expect(page).toContain('no document yet');
  expect(page).not.toContain(new URL(contracts.url).host);
  expect((await get('/health').expect(200)).body.checks['a:contract']).toMatchObject([{ status: 'warn' }]);

  published = { text: document('/x'), etag: '"1"' };
  expect(await gateway.reload()).toBe(true);
  await get('/a/x').expect(200);
  expect(await contract()).toEqual({ state: 'current' });
});

it('A document without a prefix may have any path', async () => {
  published = undefined;
  await start('prefix: ""');
  await get('/whatever').expect(503);
});

it('An invalid document at a URL is rejected', async () => {
  published = { text: '<html>', etag: '"1"' };
  await start();
  await get('/a/x').expect(503);
  expect(await contract()).toMatchObject({
    state: 'unavailable',
    reason: expect.stringContaining('a.json:1'),
  });
});
