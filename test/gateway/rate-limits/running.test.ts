/** Rate limits of a running gateway: its pages, its documents, its metrics and its reloads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';
import { eventually } from '../../support/eventually.ts';
import { itWithRedis, startRedis } from '../../support/redis.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

let folder: string;
let upstream: TestUpstream;
let gateway: StartedGateway | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  upstream = await startUpstream();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1.0.0' },
  paths: {
    '/notes': {
      get: { operationId: 'listNotes', responses: { 200: { description: 'ok' } } },
      post: {
        operationId: 'addNote',
        responses: { 201: { description: 'ok' }, 429: { description: 'own' } },
      },
    },
    '/files': { get: { responses: { 200: { description: 'ok' } } } },
  },
};

const write = (rules: readonly string[], more = '') =>
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `reload: { files: 0, urls: 0 }
admin: { port: 0 }
${rules.length > 0 ? `rateLimits: { ${more}rules: [${rules.map((rule) => `{ ${rule} }`).join(', ')}] }` : ''}
services: { notes: { document: notes.json, url: "${upstream.url}" } }\n`,
  );

async function start(env = {}) {
  writeFileSync(join(folder, 'notes.json'), JSON.stringify(DOCUMENT));
  gateway = await startGateway({
    config: configFile(join(folder, 'gateway.yaml'), { env }),
    port: 0,
    host: '127.0.0.1',
    log: createLog({ destination: join(folder, 'log') }),
  });
  return gateway;
}

const two = 'name: default, per: address, quota: 1, window: 24h, burst: 1';
const get = (path: string) => request(gateway?.url as string).get(path);
const metrics = async () => (await request(gateway?.adminUrl as string).get('/metrics')).text;
const notesLimit = 'name: notes, per: address, quota: 1, window: 24h, burst: 1, operations: [listNotes]';

it('Pages of the gateway are limited by address, except for health', async () => {
  write([two]);
  await start();
  const { headers } = await get('/status').expect(200);
  expect(headers.ratelimit).toMatch(/^"default";r=1;t=\d+$/);
  await get('/docs/nothing').expect(404);
  await get('/status').expect(429);
  await get('/notes').expect(429);
  const health = await get('/health/live').expect(200);
  expect(health.headers).not.toHaveProperty('ratelimit');
});

it('A reload keeps the buckets of rules that stay the same, and the counters', async () => {
  write([notesLimit]);
  const { reload } = await start();
  for (const status of [200, 200, 429]) await get('/notes').expect(status);
  write([
    notesLimit,
    'name: more, per: address, quota: 1, window: 24h, burst: 5, operations: ["GET /files"]',
  ]);
  expect(await reload()).toBe(true);
  await get('/notes').expect(429);
  const { headers } = await get('/files').expect(200);
  expect(headers.ratelimit).toMatch(/^"more";r=5;/);
  expect(await metrics()).toContain('linkway_rate_limited_total{rule="notes"} 2\n');
  write([notesLimit.replace('burst: 1', 'burst: 2')]);
  expect(await reload()).toBe(true);
  await get('/notes').expect(200);
  write([]);
  expect(await reload()).toBe(true);
  expect((await get('/notes').expect(200)).headers).not.toHaveProperty('ratelimit');
});

it('A reload with an unknown operation is rejected, and the limits in use stay', async () => {
  write([notesLimit]);
  const { reload } = await start();
  for (const status of [200, 200, 429]) await get('/notes').expect(status);
  write([notesLimit.replace('listNotes', 'listNote')]);
  expect(await reload()).toBe(false);
  await get('/notes').expect(429);
  const { body } = await get('/status');
  expect(body.refused.reason).toContain('there is no operation "listNote"; did you mean listNotes?');
  write([notesLimit]);
  await reload();
  await get('/notes').expect(429);
});

it('The status and the metrics show the rules and what they refused, and no client', async () => {
  write([notesLimit]);
  await start();
  for (let count = 0; count < 5; count++) await get('/notes');
  const { body } = await get('/status').expect(200);
  expect(body.rateLimits).toEqual({
    store: 'memory',
    rules: [
      {
        name: 'notes',
        per: 'address',
        quota: 1,
        window: '86400 s',
        burst: 1,
        operations: ['listNotes'],
        refused: 3,
        refusedRecently: 3,
      },
    ],
  });
  const { text } = await get('/status').set('Accept', 'text/html');
  expect(text).toContain('<h2>Rate limits</h2>');
  expect(text).not.toContain('127.0.0.1');
  expect(await metrics()).toContain('linkway_rate_limited_total{rule="notes"} 3\n');
  const admin = await request(gateway?.adminUrl as string).get('/status');
  expect(admin.body.rateLimits.rules).toHaveLength(1);
});

it('The document of all services declares 429 for limited operations only', async () => {
  write([
    'name: notes, per: address, quota: 100, window: 1m, services: [notes], operations: [listNotes, addNote]',
  ]);
  await start();
  const { body } = await get('/openapi.json').expect(200);
  const { '/notes': notes, '/files': files } = body.paths;
  expect(notes.get.responses['429']).toEqual({ $ref: '#/components/responses/TooManyRequests' });
  expect(notes.post.responses['429']).toEqual({ description: 'own' });
  expect(files.get.responses).not.toHaveProperty('429');
  const { headers, content } = body.components.responses.TooManyRequests;
  expect(Object.keys(headers)).toEqual(['Retry-After', 'RateLimit', 'RateLimit-Policy']);
  expect(Object.keys(content)).toEqual(['application/problem+json']);
  const own = await get('/openapi/notes.json').expect(200);
  expect(own.body.paths['/notes'].get.responses).not.toHaveProperty('429');
});

it('Without rate limits the status has none', async () => {
  write([]);
  await start();
  const { body } = await get('/status').expect(200);
  expect(body).not.toHaveProperty('rateLimits');
});

itWithRedis('Gateways that share a store show how many they are, and when it is away', async () => {
  const redis = await startRedis();
  try {
    write([notesLimit], 'store: shared, ');
    const { reload } = await start({ CACHE_URL: redis.url });
    const isAvailable = async () => {
      await get('/notes');
      const { store, storeState, gateways } = (await get('/status')).body.rateLimits;
      return store === 'shared' && storeState === 'available' && gateways === 1;
    };
    await eventually('the store counts', isAvailable);
    for (let count = 0; count < 3; count++) await get('/notes');
    await get('/notes').expect(429);
    write([notesLimit, 'name: more, per: address, quota: 100000, window: 1m'], 'store: shared, ');
    expect(await reload()).toBe(true);
    await eventually('the store counts after a reload', isAvailable);
    await get('/notes').expect(429);
    await redis.stop();
    await eventually('the store is away', async () => {
      await get('/notes');
      return (await get('/status')).body.rateLimits.storeState === 'away';
    });
    await get('/notes').expect(429);
    const text = await metrics();
    expect(text).toContain('linkway_rate_limit_store_away 1\n');
    expect(text).toMatch(/linkway_rate_limit_fallbacks_total [1-9]/);
    const page = await get('/status').set('Accept', 'text/html');
    expect(page.text).toContain('The shared store is <span class="state open">away</span>');
  } finally {
    await redis.stop();
  }
});
