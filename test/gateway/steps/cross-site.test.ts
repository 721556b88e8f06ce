import { request as ask } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway } from '../../support/gateway.ts';

const notes = document({
  '/notes': { get: {}, post: { requestBody: { content: { 'application/json': {}, 'text/plain': {} } } } },
  '/notes/{id}': {
    get: {},
    put: {},
    patch: {},
    delete: { parameters: [{ name: 'If-Match', in: 'header', required: true, schema: { type: 'string' } }] },
  },
  '/notes/{id}/archive': { post: {} },
});
const UNSAFE = [
  ['post', '/notes'],
  ['put', '/notes/1'],
  ['patch', '/notes/1'],
  ['delete', '/notes/1'],
  ['post', '/notes/1/archive'],
] as const;
const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };

describe('A page of another site', () => {
  it.each(UNSAFE)(
    'A page of another site cannot %s %s, and the service is not called',
    async (method, path) => {
      const { url, services } = await startGateway({ notes });
      for (const headers of [evil, { Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
        const { status, body } = await request(url)[method](path).set(headers).set('If-Match', '"1"');
        expect([status, body.type]).toEqual([403, '/problems/cross-site']);
      }
      expect(services.notes?.requests).toEqual([]);
    },
  );

  it.each(UNSAFE)(
    'A page of another site can %s %s if the service handles this itself',
    async (method, path) => {
      const { url } = await startGateway({ notes }, { service: 'crossSite: pass' });
      const { status } = await request(url)[method](path).set(evil).set('If-Match', '"1"');
      expect(status).toBe(200);
    },
  );

  it('A page of another site can link to safe operations', async () => {
    const { url } = await startGateway({ notes });
    expect((await request(url).get('/notes').set(evil)).status).toBe(200);
  });
});

describe.each([
  ['a client that is no browser', '', {}],
  ['a page of the gateway', '', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://public.example' }],
  [
    'a page of the gateway behind a proxy',
    'trustProxy: true',
    { Origin: 'https://public.example', 'X-Forwarded-Host': 'public.example' },
  ],
  [
    'a page of the gateway behind a proxy of the list',
    'trustedProxies: [127.0.0.0/8]',
    { Origin: 'https://public.example', 'X-Forwarded-Host': 'public.example' },
  ],
  ['a page of a name of the gateway', 'allowedHosts: [public.example]', { Origin: 'https://public.example' }],
])('%s', (_, config, headers) => {
  it.each(UNSAFE)('The request %s %s is allowed', async (method, path) => {
    const { url } = await startGateway({ notes }, { config });
    const { status } = await request(url)
      [method](path)
      .set(headers as never)
      .set('If-Match', '"1"');
    expect(status).toBe(200);
  });
});

it('Proxies that are not listed are not trusted', async () => {
  const { url, services } = await startGateway(
    { notes },
    { config: 'trustProxy: true\ntrustedProxies: [192.0.2.1]' },
  );
  const lie = { 'X-Forwarded-Host': 'public.example', 'X-Forwarded-For': '203.0.113.1' };
  await request(url).get('/notes').set(lie);
  expect(services.notes?.requests[0]?.headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': new URL(url).host,
  });
  expect((await request(url).post('/notes').set(lie).set('Origin', 'https://public.example')).status).toBe(
    403,
  );
});

describe('A CORS preflight', () => {
  const cors = {
    'Access-Control-Allow-Origin': 'https://app.example',
    'Access-Control-Allow-Methods': 'DELETE',
  };

  it.each([
    ['PUT', '/notes/1'],
    ['PATCH', '/notes/1'],
    ['DELETE', '/notes/1'],
    ['POST', '/notes'],
    ['GET', '/notes'],
  ])('A preflight for %s %s is forwarded to the service of the operation', async (method, path) => {
    const { url, services } = await startGateway(
      { notes },
      { service: 'responses: enforce, unknownQuery: reject' },
    );
    if (services.notes) services.notes.respond = (_req, res) => res.writeHead(204, cors).end();
    const { status, headers } = await request(url).options(`${path}?any=1`).set({
      Origin: 'https://app.example',
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'authorization',
    });
    expect([status, headers['access-control-allow-origin']]).toEqual([204, 'https://app.example']);
    const got = services.notes?.requests[0];
    expect([got?.method, got?.url, got?.headers.origin]).toEqual([
      'OPTIONS',
      `${path}?any=1`,
      'https://app.example',
    ]);
    expect(got?.headers['access-control-request-headers']).toBe('authorization');
  });

  it.each([
    [
      'a method that the path does not have',
      { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PURGE' },
    ],
    ['no method', { Origin: 'https://app.example' }],
    ['no origin', { 'Access-Control-Request-Method': 'DELETE' }],
  ])(
    'OPTIONS with %s is not a preflight: the gateway responds with the allowed methods',
    async (_, headers) => {
      const { url, services } = await startGateway({ notes });
      const { status, headers: got } = await request(url)
        .options('/notes/1')
        .set(headers as never);
      expect([status, got.allow]).toEqual([204, 'GET, PUT, DELETE, PATCH, HEAD, OPTIONS']);
      expect(services.notes?.requests).toEqual([]);
    },
  );

  it('OPTIONS with a body is not a preflight, and the connection stays usable', async () => {
    const { url } = await startGateway({ notes });
    const status = await new Promise((resolve, reject) => {
      const headers = {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'DELETE',
        'Content-Length': '2',
      };
      ask(`${url}/notes/1`, { method: 'OPTIONS', headers }, (res) => resolve(res.resume().statusCode))
        .on('error', reject)
        .end('ab');
    });
    expect(status).toBe(204);
  });
});

describe('Strict-Transport-Security', () => {
  it('Strict-Transport-Security is not sent unless it is configured', async () => {
    const { url } = await startGateway({ notes });
    for (const path of ['/notes', '/nothing'])
      expect((await request(url).get(path)).headers).not.toHaveProperty('strict-transport-security');
  });

  it.each([
    ['{ maxAge: 600 }', 'max-age=600'],
    ['{ maxAge: 31536000, includeSubDomains: true }', 'max-age=31536000; includeSubDomains'],
  ])('The configuration %s is sent once as %s with every response', async (written, value) => {
    const { url, services } = await startGateway({ notes }, { config: `hsts: ${written}` });
    for (const path of ['/notes', '/nothing'])
      expect((await request(url).get(path)).headers['strict-transport-security']).toBe(value);
    if (services.notes)
      services.notes.respond = (_req, res) =>
        res.writeHead(200, { 'Strict-Transport-Security': 'max-age=1' }).end();
    expect((await request(url).get('/notes')).headers['strict-transport-security']).toBe('max-age=1');
  });
});
