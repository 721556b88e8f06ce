/** A split between two versions of a service, and a mirror that misbehaves, behind a running gateway. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../src/gateway/start.ts';
import { eventually } from '../support/eventually.ts';
import { testLog } from '../support/log.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

let folder: string;
let service: TestUpstream;
let shadow: TestUpstream;
let gateway: StartedGateway | undefined;

const document = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: {
    '/a': {
      get: {
        operationId: 'a',
        parameters: [
          { name: 'q', in: 'query' },
          { name: 'key', in: 'query' },
        ],
        security: [{ key: [], query: [] }],
      },
      post: { operationId: 'b', requestBody: { content: { 'application/json': {} } } },
    },
  },
  components: {
    securitySchemes: {
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
      query: { type: 'apiKey', in: 'query', name: 'key' },
    },
  },
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  writeFileSync(join(folder, 'a.json'), JSON.stringify(document));
  service = await startUpstream((_req, res) => res.end('stable'));
  shadow = await startUpstream((_req, res) => res.end('shadow'));
});
afterEach(async () => {
  await gateway?.close();
  await service.stop();
  await shadow.stop();
  rmSync(folder, { recursive: true });
});

const start = async (more: string) => {
  const text = `
services: { a: { document: a.json, ${more} } }
admin: { port: 0 }
shutdown: { drain: 0, grace: 0 }
`;
  gateway = await startGateway({
    config: parseGatewayConfig(text, join(folder, 'gateway.yaml')),
    port: 0,
    host: '127.0.0.1',
    log: testLog(),
  });
  const { url, adminUrl = '' } = gateway;
  const status = async () =>
    (await request(url).get('/status/services/a').set('Accept', 'application/json')).body;
  const metrics = async () => (await request(adminUrl).get('/metrics')).text;
  return { url, status, metrics };
};

describe('Weights in gateway.yaml', () => {
  it('An instance with the weight 0 gets no calls, and the others are shown with their weights', async () => {
    const { url, status, metrics } = await start(
      `url: [{ url: "${service.url}", weight: 3 }, { url: "${shadow.url}", weight: 0 }]`,
    );
    for (let i = 0; i < 20; i++) expect((await request(url).get('/a')).text).toBe('stable');
    expect(shadow.requests).toEqual([]);
    expect((await status()).instances).toHaveLength(1);
    expect(await metrics()).toContain('linkway_upstream_instance_calls_total{service="a",instance="1"} 20\n');
  });

  it('Both versions get calls, and every response is of one of them', async () => {
    const { url, status } = await start(`url: ["${service.url}", { url: "${shadow.url}", weight: 2 }]`);
    const texts = new Set<string>();
    await eventually('both versions have got calls', async () => {
      texts.add((await request(url).get('/a')).text);
      return texts.size === 2;
    });
    expect(texts).toEqual(new Set(['stable', 'shadow']));
    expect((await status()).instances.map(({ weight }: { weight: number }) => weight)).toEqual([1, 2]);
    const { text } = await request(url).get('/status/services/a').set('Accept', 'text/html');
    expect(text).toContain('weight 2');
  });

  it.each([
    ['[{ url: "http://a", weight: 0 }]', 'services.a.url: expected at least one weight above 0'],
    ['[{ url: "http://a", weight: -1 }]', 'services.a.url.0.weight: expected at least 0'],
    ['[{ url: "http://a", weight: .inf }]', 'services.a.url: expected a URL or a list of them'],
    ['[{ url: "http://a", weigth: 1 }]', 'did you mean `weight`?'],
    ['[{ url: "a" }]', 'services.a.url: expected a URL with scheme'],
    ['[{ weight: 1 }]', 'services.a.url: expected a URL or a list of them'],
    ['[{ url: "http://a/x" }, "http://b"]', 'use the same path for all instances'],
    ['[{ url: "http://a", weight: 2 }, "http://a"]', 'lists http://a twice'],
  ])('The list %s is refused', (url, reason) => {
    expect(() => parseGatewayConfig(`services: { a: { document: a, url: ${url} } }`, 'gateway.yaml')).toThrow(
      reason,
    );
  });
});

describe('A mirror', () => {
  it('It gets copies of safe calls without credentials, and clients get the response of the service', async () => {
    const { url, status, metrics } = await start(`url: "${service.url}", mirror: { url: "${shadow.url}/" }`);
    const { text } = await request(url)
      .get('/a?q=1&key=secret')
      .set({ Authorization: 'Bearer secret', Cookie: 's=secret', 'X-Key': 'secret', 'X-Other': '1' });
    expect(text).toBe('stable');
    await request(url).post('/a').send({});
    await eventually('the copy has arrived', () => shadow.requests.length > 0);
    const [copy] = shadow.requests;
    expect([copy?.method, copy?.url, copy?.headers['x-other'], copy?.headers['x-linkway-mirror']]).toEqual([
      'GET',
      '/a?q=1',
      '1',
      'true',
    ]);
    expect(JSON.stringify(copy?.rawHeaders)).not.toContain('secret');
    expect(service.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(service.requests[0]?.headers.authorization).toBe('Bearer secret');
    expect(service.requests[0]?.headers).not.toHaveProperty('x-linkway-mirror');
    await eventually('the copy has ended', async () => (await status()).mirror.inFlight === 0);
    expect(shadow.requests).toHaveLength(1);
    expect((await status()).mirror).toEqual({ requests: 1, failures: 0, skipped: 0, inFlight: 0 });
    expect(await metrics()).toContain('linkway_mirror_calls_total{service="a"} 1\n');
    const page = await request(url).get('/status/services/a').set('Accept', 'text/html');
    expect(page.text).toContain('Copies sent to the mirror');
  });

  it('A changing call is copied once with its body where its method is named', async () => {
    const { url } = await start(`url: "${service.url}", mirror: { url: "${shadow.url}", methods: [POST] }`);
    const bodies: string[] = [];
    shadow.respond = async (req, res) => {
      bodies.push((await req.toArray()).join(''));
      res.end();
    };
    await request(url).get('/a');
    expect((await request(url).post('/a').send({ x: 1 })).text).toBe('stable');
    await eventually('the copy has arrived', () => bodies.length > 0);
    expect(bodies).toEqual(['{"x":1}']);
  });

  it.each<[string, TestUpstream['respond']]>([
    ['hangs', () => {}],
    ['cuts connections', (req) => req.socket.destroy()],
    [
      'sends an endless body',
      (_req, res) => {
        const write = () => {
          if (res.write('x'.repeat(16_384))) setImmediate(write);
          else res.once('drain', write);
        };
        res.once('close', () => res.removeAllListeners('drain'));
        write();
      },
    ],
    ['fails', (_req, res) => res.writeHead(500).end()],
    ['sends nonsense', (req) => req.socket.end('nonsense\r\n\r\n')],
  ])('If it %s, clients notice nothing and the gateway still closes', async (_, respond) => {
    const { url, status } = await start(
      `url: "${service.url}", mirror: { url: "${shadow.url}", concurrent: 2, timeout: 30s }`,
    );
    shadow.respond = respond;
    for (let i = 0; i < 10; i++) {
      const { status: code, text } = await request(url).get('/a');
      expect([code, text]).toEqual([200, 'stable']);
    }
    const { requests, failures, instances, mirror } = await status();
    expect([requests, failures, instances.length]).toEqual([10, 0, 1]);
    expect(mirror.requests + mirror.skipped).toBeLessThanOrEqual(10);
    expect(mirror.inFlight).toBeLessThanOrEqual(2);
  });

  it('If it is down, clients notice nothing', async () => {
    await shadow.stop();
    const { url, status } = await start(`url: "${service.url}", mirror: { url: "${shadow.url}" }`);
    for (let i = 0; i < 10; i++) expect((await request(url).get('/a')).text).toBe('stable');
    await eventually('a copy has failed', async () => (await status()).mirror.failures > 0);
    expect((await status()).failures).toBe(0);
    await shadow.start();
  });

  it.each([
    [
      '{ url: "http://a/x" }',
      'services.a.mirror.url: expected a URL with scheme, host and port and without a path',
    ],
    ['{ url: "http://user:p@a" }', 'services.a.mirror.url: expected a URL'],
    ['{ url: "ftp://a" }', 'services.a.mirror.url: expected a URL'],
    ['{ url: "http://a", share: 2 }', 'services.a.mirror.share: expected at most 1'],
    ['{ url: "http://a", methods: [] }', 'services.a.mirror.methods'],
    ['{ url: "http://a", methods: [get] }', 'services.a.mirror.methods.0'],
    ['{ url: "http://a", timeout: 0 }', 'services.a.mirror.timeout: expected a duration above 0'],
    ['{ share: 1 }', 'services.a.mirror.url: is missing'],
  ])('The value %s is refused', (mirror, reason) => {
    const text = `services: { a: { document: a, url: "http://a", mirror: ${mirror} } }`;
    expect(() => parseGatewayConfig(text, 'gateway.yaml')).toThrow(reason);
  });
});
