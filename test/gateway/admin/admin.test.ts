/** The admin listener. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import type { Log } from '../../../src/observability/log.ts';
import { createLog } from '../../../src/observability/log.ts';
import { testLog } from '../../support/log.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
paths:
  /things: { get: { operationId: listThings, responses: { '200': { description: Things. } } } }
`;

const silent = createLog({ level: 'silent' });
let folder: string;
let upstream: TestUpstream;
let gateway: StartedGateway | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  await writeFile(join(folder, 'things.yaml'), DOCUMENT);
  upstream = await startUpstream();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await upstream.stop();
  await rm(folder, { recursive: true });
});

const start = async (admin: string, log: Log = silent): Promise<StartedGateway> => {
  const file = join(folder, 'gateway.yaml');
  await writeFile(
    file,
    `admin: ${admin}\nreload: { files: 0 }\npolicy: { retry: { attempts: 1, delay: 0 } }\n` +
      `services: { things: { document: things.yaml, url: "${upstream.url}", responses: observe, sample: 1, cache: on } }\n`,
  );
  gateway = await startGateway({ config: configFile(file), port: 0, host: '127.0.0.1', log });
  return gateway;
};

/** The value of a metric. */
const reading = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  );

describe('Authentication', () => {
  it('Everything but the probes needs the credentials, in every spelling', async () => {
    await writeFile(join(folder, 'staff.yaml'), 'keys: []\n');
    const { adminUrl = '' } = await start(
      '{ port: 0, authentication: [{ staff: [] }] }\nauthentication: { enforce: off, schemes: { staff: { keysFile: staff.yaml } } }',
    );
    for (const path of [
      '/',
      '/metrics',
      '/METRICS',
      '//metrics',
      '/status',
      '/health',
      '/health/live/',
      '/health/other',
    ])
      await request(adminUrl).get(path).expect(401);
    await request(adminUrl).post('/status/services/things/instances/1/isolate').expect(401);
    for (const path of ['/health/live', '/health/ready'])
      expect((await request(adminUrl).get(path).expect(200)).body).toEqual({ status: 'pass' });
  });
});

describe('/metrics', () => {
  it('/metrics counts requests by operation and status', async () => {
    const { url, adminUrl = '' } = await start('{ port: 0 }');
    await request(url).get('/things').expect(200);
    upstream.respond = (_req, res) => res.writeHead(503).end();
    await request(url).get('/things').expect(503);
    await request(url)
      .get(`/nothing/${'x'.repeat(20)}`)
      .expect(404);
    const { text, type } = await request(adminUrl).get('/metrics').expect(200);

    expect(type).toBe('text/plain');
    expect(reading(text, 'linkway_cache_requests_total{service="things",outcome="misses"}')).toBe(2);
    expect(reading(text, 'linkway_cache_entries{service="things"}')).toBe(0);
    const count = (labels: string) => reading(text, `linkway_request_duration_seconds_count{${labels}}`);
    expect(count('service="things",operation="listThings",status="2xx"')).toBe(1);
    expect(count('service="things",operation="listThings",status="5xx"')).toBe(1);
    expect(count('service="",operation="",status="4xx"')).toBe(1);
    expect(text).not.toContain('xxx');
    expect(reading(text, 'linkway_upstream_calls_total{service="things"}')).toBe(2);
    expect(reading(text, 'linkway_upstream_failures_total{service="things"}')).toBe(2);
    expect(reading(text, 'linkway_upstream_retries_total{service="things"}')).toBe(1);
    expect(reading(text, 'linkway_breaker_state{service="things",state="closed"}')).toBe(1);
    expect(reading(text, 'linkway_breaker_state{service="things",state="open"}')).toBe(0);
    expect(
      reading(text, 'linkway_responses_drifted_total{service="things",operation="listThings"}'),
    ).toBeGreaterThan(0);
  });

  it('/metrics, /status and the log show that a circuit is open for one client only, but not for which client', async () => {
    const log = testLog();
    const { url, adminUrl = '' } = await start('{ port: 0 }', log as never);
    const isOpen = (text: string, clients: string) =>
      reading(text, `linkway_open_circuits{service="things",clients="${clients}"}`);
    const calm = (await request(adminUrl).get('/metrics')).text;
    expect([isOpen(calm, 'all'), isOpen(calm, 'one')]).toEqual([0, 0]);
    upstream.respond = (_req, res) => res.writeHead(503).end();
    for (let i = 0; i < 10; i++) await request(url).get('/things').expect(503);

    const { text } = await request(adminUrl).get('/metrics').expect(200);
    expect([isOpen(text, 'all'), isOpen(text, 'one')]).toEqual([0, 1]);
    expect(reading(text, 'linkway_breaker_state{service="things",state="closed"}')).toBe(1);
    expect(
      reading(text, 'linkway_upstream_instance_state{service="things",instance="1",state="working"}'),
    ).toBe(1);
    const { body } = await request(url).get('/status').expect(200);
    const isForOneClient = true;
    expect(body.services[0]).toMatchObject({
      breaker: 'open',
      isForOneClient,
      circuits: [{ operationId: 'listThings', breaker: 'open', isForOneClient }],
      instances: [{ state: 'ejected', isForOneClient }],
    });
    for (const path of ['/status', '/status/services/things']) {
      const page = await request(url).get(path).accept('text/html').expect(200);
      expect(page.text).toContain('paused after failures, for one client only</');
      expect(page.text).not.toContain('Services with problems');
      expect(page.text + JSON.stringify(body)).not.toContain('127.0.0.1');
    }
    expect((await request(url).get('/health')).body.status).toBe('pass');
    const opened = log.warnings.filter((line) => 'clients' in line);
    expect(opened).toEqual([{ service: 'things', operationId: 'listThings', clients: 'one' }]);
  });

  it('/metrics counts the requests in flight', async () => {
    const { url, adminUrl = '' } = await start('{ port: 0 }');
    const { promise: firstRequest, resolve: onRequest } = Promise.withResolvers<() => void>();
    upstream.respond = (_req, res) => onRequest(() => res.end());
    const waiting = request(url).get('/things').then();
    const respond = await firstRequest;
    const { text } = await request(adminUrl).get('/metrics').expect(200);
    expect(reading(text, 'linkway_requests_in_flight')).toBe(1);
    expect(reading(text, 'linkway_upstream_in_flight{service="things"}')).toBe(1);
    respond();
    await waiting;
  });

  it('/metrics does not count event streams as slow responses', async () => {
    const { url, adminUrl = '' } = await start('{ port: 0 }');
    let end = () => {};
    upstream.respond = (_req, res) => {
      res.setHeader('Content-Type', 'text/event-stream');
      res.write('data: one\n\n');
      end = () => res.end('data: two\n\n');
    };
    const events = await fetch(`${url}/things`);
    end();
    expect(await events.text()).toBe('data: one\n\ndata: two\n\n');
    upstream.respond = (_req, res) => res.end();
    await request(url).get('/things').expect(200);
    const { text } = await request(adminUrl).get('/metrics').expect(200);
    const of = 'service="things",operation="listThings",status="2xx"';
    expect(reading(text, `linkway_request_duration_seconds_count{${of}}`)).toBe(1);
  });

  it('The public listener does not serve /metrics', async () => {
    const { url } = await start('{ port: 0 }');
    await request(url).get('/metrics').expect(404);
  });

  it('The admin listener does not exist by default', async () => {
    expect((await start('{}')).adminUrl).toBeUndefined();
  });
});

describe('The status page', () => {
  it('The status page is public by default', async () => {
    const { url, adminUrl = '', statusUrl } = await start('{ port: 0 }');
    expect(statusUrl).toBe(`${url}/status`);
    await request(url).get('/status').expect(200);
    await request(adminUrl).get('/status').expect(200);
    expect((await request(adminUrl).get('/').redirects(1).expect(200)).body.services).toHaveLength(1);
  });

  it('admin.status moves the status page and the service checks of /health to the admin listener', async () => {
    const { url, adminUrl = '', statusUrl } = await start('{ port: 0, status: true }');
    await request(url).get('/status').expect(404);
    const home = await request(url).get('/').expect(200);
    expect(home.body._links.status.href).toBe('/health');
    expect(home.headers.link).not.toContain('/status');
    const catalog = await request(url).get('/.well-known/api-catalog').expect(200);
    expect(JSON.stringify(catalog.body)).not.toContain('/status');
    const { body: health } = await request(url).get('/health').expect(200);
    expect(health).toMatchObject({ status: 'pass' });
    expect(JSON.stringify(health)).not.toContain('things');

    expect(statusUrl).toBe(`${adminUrl}/status`);
    const { body } = await request(statusUrl).get('').expect(200);
    expect(body.services).toMatchObject([{ name: 'things', breaker: 'closed' }]);
    const { text } = await request(statusUrl).get('').accept('text/html').expect(200);
    for (const [, path = ''] of text.matchAll(/(?:href|src)="(\/[^"]*)"/g))
      await request(adminUrl).get(path).redirects(1).expect(200);
    const adminHealth = await request(adminUrl).get('/health').expect(200);
    expect(adminHealth.body.checks['things:breaker']).toMatchObject([{ observedValue: 'closed' }]);
  });

  it('Problems link to /health if the status page is not public', async () => {
    const { url } = await start('{ port: 0, status: true }');
    await upstream.stop();
    const { body } = await request(url).get('/things').expect(503);
    expect(body._links.status.href).toBe('/health');
    await upstream.start();
  });

  it('The configuration rejects admin.status without an admin listener', async () => {
    await expect(start('{ status: true }')).rejects.toThrow('admin.status: requires an admin listener');
  });
});

it('admin.authentication closes everything on the listener, except for probes', async () => {
  const key = 'a-long-and-random-key-of-operators';
  const file = join(folder, 'staff.yaml');
  const sha256 = createHash('sha256').update(key).digest('hex');
  await writeFile(file, `keys: [{ name: anna, sha256: ${sha256}, scopes: [operate] }]`);
  const { adminUrl = '' } = await start(
    `{ port: 0, authentication: [{ staff: [operate] }] }\nauthentication: { schemes: { staff: { keysFile: ${JSON.stringify(file)} } } }`,
  );
  for (const path of ['/metrics', '/status', '/health', '/nothing', '/health/live/x', '/health/LIVE']) {
    await request(adminUrl).get(path).expect(401);
    expect((await request(adminUrl).get(path).auth(key, { type: 'bearer' })).status).not.toBe(401);
  }
  for (const path of ['/health/live', '/health/ready']) await request(adminUrl).get(path).expect(200);
});

it('The error for a port in use names the configuration key', async () => {
  const { adminUrl = '' } = await start('{ port: 0 }');
  const first = gateway;
  await expect(start(`{ port: ${new URL(adminUrl).port} }`)).rejects.toThrow(
    /^admin\.port: port \d+ is already in use/,
  );
  await first?.close();
  gateway = undefined;
});
