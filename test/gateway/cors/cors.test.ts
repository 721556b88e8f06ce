/** CORS that the gateway handles: preflights, and the headers of every response, whatever it is. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { createPages } from '../../../src/gateway/portal/pages.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { httpDate } from '../../support/cached.ts';
import { passesCorsCheck, passesPreflight } from '../../support/cors-browser.ts';
import { document, startGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';
import { live } from '../../support/live.ts';

const APP = 'https://app.example';
const EVIL = 'https://app.example.evil.com';
const CORS = `cors: { origins: [${APP}, "https://*.shop.example"], credentials: true, maxAge: 5m }`;
const PUBLIC = 'cors: { origins: ["*"] }';

const security = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'session' },
  login: { type: 'http', scheme: 'bearer' },
};
const notes = document(
  {
    '/notes': {
      get: {
        parameters: [{ name: 'X-Tenant', in: 'header', schema: { type: 'string' } }],
        responses: {
          200: { description: '', headers: { 'X-Total-Count': { schema: { type: 'integer' } } } },
          404: { $ref: '#/components/responses/Missing' },
        },
      },
      post: {
        security: [{ login: [] }, { key: [] }],
        requestBody: { content: { 'application/json': {} } },
        responses: {},
      },
    },
    '/notes/{id}': {
      get: { responses: {} },
      put: { security: [{ cookie: [] }], responses: {} },
      delete: { responses: {} },
    },
  },
  {
    securitySchemes: security,
    responses: { Missing: { description: '', headers: { 'X-Reason': {} } } },
  },
);

const start = (config = CORS, options: TestGatewayOptions = {}) =>
  startGateway({ notes }, { config, ...options });

const preflight = (
  url: string,
  path: string,
  origin: string,
  method: string,
  headers: readonly string[] = [],
) =>
  request(url)
    .options(path)
    .set({
      Origin: origin,
      'Access-Control-Request-Method': method,
      ...(headers.length > 0 && { 'Access-Control-Request-Headers': headers.join(',') }),
    });

const namesIn = (list: string | undefined) => (list ?? '').toLowerCase().split(', ');

describe('A preflight', () => {
  const ORIGINS: readonly (readonly [string, boolean])[] = [
    [APP, true],
    ['https://a.shop.example', true],
    ['https://a.b.shop.example', true],
    [EVIL, false],
    ['https://evilapp.example', false],
    ['https://shop.example', false],
    ['https://shop.example.evil.com', false],
    ['http://app.example', false],
    ['https://app.example:8443', false],
    ['https://APP.example', false],
    ['null', false],
  ];
  const METHODS = [
    ['/notes', 'GET', true],
    ['/notes', 'HEAD', true],
    ['/notes', 'POST', true],
    ['/notes', 'DELETE', false],
    ['/notes/1', 'PUT', true],
    ['/notes/1', 'DELETE', true],
    ['/notes/1', 'PATCH', false],
    ['/notes/1', 'PURGE', false],
  ] as const;

  it.each(ORIGINS)(
    'From the origin %s, a request is allowed: %p, for every method and credential',
    async (origin, isListed) => {
      const gateways = [
        { ...(await start()), isAny: false, allowsCredentials: true },
        { ...(await start(CORS.replace('true', 'false'))), isAny: false, allowsCredentials: false },
        { ...(await start(PUBLIC)), isAny: true, allowsCredentials: false },
      ];
      for (const { url, isAny, allowsCredentials, services } of gateways) {
        for (const [path, method, isServed] of METHODS)
          for (const isWithCredentials of [true, false])
            for (const headers of [[], ['If-Match', 'content-type', 'Prefer'], ['X-Other']]) {
              const { status, headers: got } = await preflight(url, path, origin, method, headers);
              const passes = passesPreflight(
                { status, headers: got },
                { origin, method, headers, isWithCredentials },
              );
              const isAllowed =
                (isAny || isListed) &&
                isServed &&
                (allowsCredentials || !isWithCredentials) &&
                headers[0] !== 'X-Other';
              expect([origin, path, method, isWithCredentials, headers, passes]).toEqual([
                origin,
                path,
                method,
                isWithCredentials,
                headers,
                isAllowed,
              ]);
            }
        expect(services.notes?.requests).toEqual([]);
      }
    },
  );

  it('The response has the methods of the path, the lifetime, and says on which headers it depends', async () => {
    const { url } = await start();
    const { status, headers, text } = await preflight(url, '/notes', APP, 'POST', ['x-key']);
    expect([status, text]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, HEAD, OPTIONS',
      'access-control-max-age': '300',
      vary: 'Origin, Access-Control-Request-Method',
      'x-request-id': expect.any(String),
    });
    expect(headers).not.toHaveProperty('access-control-expose-headers');
    expect(headers).not.toHaveProperty('access-control-allow-private-network');
  });

  it('Each origin is allowed with the same response if every origin is allowed', async () => {
    const { url } = await start(PUBLIC);
    for (const origin of [APP, EVIL, 'null']) {
      const { headers } = await preflight(url, '/notes', origin, 'POST');
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(headers.vary).toBe('Access-Control-Request-Method');
    }
  });

  it.each([
    ['GET', '/notes', ['x-tenant'], ['authorization', 'x-key']],
    ['POST', '/notes', ['authorization', 'x-key'], ['x-tenant', 'session']],
    ['PUT', '/notes/1', [], ['session', 'authorization', 'x-key']],
  ])('For %s %s the headers that the document names are allowed', async (method, path, allowed, others) => {
    const { url } = await start(`${CORS.slice(0, -2)}, allowHeaders: [X-Client] }`);
    const names = namesIn((await preflight(url, path, APP, method)).headers['access-control-allow-headers']);
    const usual = [
      'content-type',
      'if-match',
      'if-none-match',
      'idempotency-key',
      'prefer',
      'traceparent',
      'x-client',
    ];
    expect(names).toEqual(expect.arrayContaining([...usual, ...allowed]));
    for (const other of others) expect(names).not.toContain(other);
    expect(names).not.toContain('*');
  });

  it.each([
    ['without permission in the configuration', CORS, 'true', undefined],
    ['that does not ask for it', `${CORS.slice(0, -2)}, privateNetwork: true }`, undefined, undefined],
    ['that asks for it', `${CORS.slice(0, -2)}, privateNetwork: true }`, 'true', 'true'],
  ])('Private network access of a preflight %s is decided by both', async (_, config, asked, allowed) => {
    const { url } = await start(config);
    const sent = preflight(url, '/notes', APP, 'GET');
    if (asked) sent.set('Access-Control-Request-Private-Network', asked);
    expect((await sent).headers['access-control-allow-private-network']).toBe(allowed);
  });

  it('A preflight needs no credentials, and no step of an operation sees it', async () => {
    let count = 0;
    const { url } = await start(CORS, {
      operationSteps: [
        () => {
          count += 1;
        },
      ],
    });
    expect((await preflight(url, '/notes', APP, 'POST')).status).toBe(204);
    expect(count).toBe(0);
  });

  it('From an origin that is not allowed it gets 403, and the page gets no permission', async () => {
    const { url } = await start();
    const { status, body, headers } = await preflight(url, '/notes', EVIL, 'POST');
    expect([status, body.type]).toEqual([403, '/problems/cross-site']);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(headers.vary).toContain('Origin');
  });

  it('For a path that nothing serves it gets 404', async () => {
    const { url } = await start();
    const { status, headers } = await preflight(url, '/nothing', APP, 'GET');
    expect([status, headers['access-control-allow-origin']]).toEqual([404, APP]);
  });

  it('For pages of the gateway it allows reading only', async () => {
    const { url } = await start();
    for (const path of ['/', '/openapi.json', '/docs', '/status']) {
      const { status, headers } = await preflight(url, path, APP, 'GET', ['if-none-match']);
      expect([status, headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, OPTIONS']);
    }
  });

  it('Without CORS in the configuration it is forwarded to the service', async () => {
    const { url, services } = await start('');
    await preflight(url, '/notes', APP, 'POST');
    expect(services.notes?.requests.map(({ method }) => method)).toEqual(['OPTIONS']);
  });

  it('For a service that handles CORS itself it is forwarded, and the response stays as it is', async () => {
    const { url, services } = await start(CORS, { service: 'cors: pass, crossSite: pass' });
    const own = { 'Access-Control-Allow-Origin': EVIL, 'Access-Control-Allow-Methods': 'POST', Vary: 'X' };
    if (services.notes) services.notes.respond = (_req, res) => res.writeHead(204, own).end();
    for (const { status, headers } of [
      await preflight(url, '/notes', EVIL, 'POST'),
      await request(url).post('/notes').set({ Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }),
    ]) {
      expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([204, EVIL, 'X']);
      expect(headers).not.toHaveProperty('access-control-expose-headers');
    }
  });
});

const isCors = { origin: APP, isWithCredentials: true, method: 'GET', headers: [] };

describe('The response to a request of an allowed page', () => {
  const ok = { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=60', ETag: '"1"' };
  const refusing = (status: number) => ({
    code: 'test',
    status,
    title: 't',
    meaning: 'm',
    remedy: 'r',
  });

  it.each([
    ['200 of the service', 'get', '/notes', 200],
    ['200 without a body', 'head', '/notes', 200],
    ['404 of the gateway', 'get', '/nothing', 404],
    ['405', 'delete', '/notes', 405],
    ['400 for a wrong query', 'get', '/notes?x=1', 400],
    ['400 for an ambiguous path', 'get', '/notes/%2e%2e', 400],
    ['413', 'post', '/notes', 413],
    ['415', 'post', '/notes', 415],
    ['204 for OPTIONS', 'options', '/notes', 204],
    ['404 of a page', 'get', '/openapi/nothing.json', 404],
  ] as const)('The status is %s and the page can read it', async (name, method, path, expected) => {
    const { url } = await start(`${CORS}\nlimits: { body: 10b }`);
    const sent = request(url)[method](path).set('Origin', APP);
    if (name === '413') sent.set('Content-Type', 'application/json').send('{"text":"longer than allowed"}');
    if (name === '415') sent.set('Content-Type', 'text/plain').send('x');
    const { status, headers } = await sent.ok(() => true);
    expect([status, passesCorsCheck(headers, isCors)]).toEqual([expected, true]);
    expect(headers['access-control-expose-headers']).toContain('X-Request-Id');
    expect(namesIn(headers.vary)).toContain('origin');
  });

  it.each([401, 403, 429, 500, 503])('A refusal by a step with %i can be read', async (status) => {
    const { Problem } = await import('../../../src/contract/problem.ts');
    const { url } = await start(CORS, {
      operationSteps: [
        () => {
          throw new Problem(refusing(status), 'refused', {
            headers: { 'Retry-After': '1', 'WWW-Authenticate': 'Bearer', Vary: 'Authorization' },
          });
        },
      ],
    });
    const { headers, status: got } = await request(url).get('/notes').set('Origin', APP);
    expect([got, passesCorsCheck(headers, isCors)]).toEqual([status, true]);
    expect(namesIn(headers['access-control-expose-headers'])).toEqual(
      expect.arrayContaining(['retry-after', 'www-authenticate', 'ratelimit', 'ratelimit-policy']),
    );
  });

  it('A page of the explorer for a browser has the headers too', async () => {
    const { url } = await start();
    const { headers } = await request(url).get('/nothing').set({ Origin: APP, Accept: 'text/html' });
    expect([headers['content-type'], passesCorsCheck(headers, isCors)]).toEqual([
      'text/html; charset=utf-8',
      true,
    ]);
  });

  it('502 and 504 of a broken service can be read', async () => {
    const { url, services } = await start(`${CORS}\npolicy: { retry: { attempts: 0 } }`);
    if (services.notes) services.notes.respond = (req) => req.socket.destroy();
    const broken = await request(url).get('/notes').set('Origin', APP);
    expect([broken.status, passesCorsCheck(broken.headers, isCors)]).toEqual([502, true]);
  });

  it('Headers of the service are replaced, and its Vary is kept', async () => {
    const { url, services } = await start();
    if (services.notes)
      services.notes.respond = (_req, res) =>
        res
          .writeHead(200, {
            ...ok,
            'Access-Control-Allow-Origin': '*',
            'access-control-allow-credentials': 'false',
            'Access-Control-Expose-Headers': 'X-Secret',
            'Access-Control-Allow-Methods': 'TRACE',
            Vary: 'Accept-Language',
          })
          .end('{}');
    const { headers } = await request(url).get('/notes').set('Origin', APP);
    expect(headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      vary: 'Accept-Language, Origin',
    });
    expect(headers['access-control-expose-headers']).not.toContain('X-Secret');
    expect(headers).not.toHaveProperty('access-control-allow-methods');
    // A page of another origin gets nothing of them either.
    for (const origin of [EVIL, 'null', undefined]) {
      const sent = request(url).get('/notes');
      if (origin) sent.set('Origin', origin);
      const { headers: others, status } = await sent;
      expect([status, others.vary]).toEqual([200, 'Accept-Language, Origin']);
      expect(Object.keys(others).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  it.each([
    ['Origin', 'Origin'],
    ['accept, ORIGIN', 'accept, ORIGIN'],
    ['*', '*'],
    ['X-Origin', 'X-Origin, Origin'],
  ])('With Vary: %s of the service, the response has Vary: %s', async (vary, expected) => {
    const { url, services } = await start();
    if (services.notes) services.notes.respond = (_req, res) => res.writeHead(200, { Vary: vary }).end('x');
    expect((await request(url).get('/notes').set('Origin', APP)).headers.vary).toBe(expected);
  });

  it('Pages can read the headers that the document declares for the operation', async () => {
    const { url } = await start(`${CORS.slice(0, -2)}, exposeHeaders: [X-More, etag] }`);
    const exposed = async (path: string) =>
      namesIn((await request(url).get(path).set('Origin', APP)).headers['access-control-expose-headers']);
    const usual = ['etag', 'link', 'location', 'retry-after', 'x-request-id', 'ratelimit', 'x-more'];
    expect(await exposed('/notes')).toEqual(expect.arrayContaining([...usual, 'x-total-count', 'x-reason']));
    expect(await exposed('/notes/1')).toEqual(expect.arrayContaining(usual));
    expect(await exposed('/notes/1')).not.toContain('x-total-count');
    expect((await exposed('/notes')).filter((name) => name === 'etag')).toHaveLength(1);
  });

  it('Responses from the cache, 304 and compressed ones get the headers of each request', async () => {
    const { url, services } = await start(CORS, { service: 'cache: on, compression: on' });
    if (services.notes)
      services.notes.respond = (_req, res) =>
        res
          .writeHead(200, { ...ok, Date: httpDate(), 'Access-Control-Allow-Origin': EVIL })
          .end(JSON.stringify({ text: 'x'.repeat(5000) }));
    const statuses = [];
    for (const origin of [EVIL, APP, 'https://a.shop.example', undefined, APP]) {
      for (const more of [{}, { 'If-None-Match': '"1"' }, { 'Accept-Encoding': 'gzip' }]) {
        const sent = request(url)
          .get('/notes')
          .set({ 'Accept-Encoding': 'identity', ...more });
        if (origin) sent.set('Origin', origin);
        const { status, headers } = await sent;
        statuses.push(status);
        expect(headers['access-control-allow-origin']).toBe(origin === EVIL ? undefined : origin);
        expect(namesIn(headers.vary)).toContain('origin');
      }
    }
    expect(new Set(statuses)).toEqual(new Set([200, 304]));
    expect(services.notes?.requests).toHaveLength(1);
  });

  it('Requests at the same time each get the headers of their own origin, and those of one origin share a call', async () => {
    const { url, services } = await start(CORS, { service: 'cache: on' });
    const origins = [APP, EVIL, 'https://a.shop.example'];
    const held: (() => void)[] = [];
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    if (services.notes)
      services.notes.respond = (_req, res) => {
        held.push(() => res.writeHead(200, { ...ok, Vary: 'Origin', Date: httpDate() }).end('{}'));
        if (held.length === origins.length) resolve();
      };
    const sent = [...origins, ...origins].map((origin) =>
      request(url)
        .get('/notes')
        .set('Origin', origin)
        .then((got) => got),
    );
    await arrived;
    for (const respond of held) respond();
    const got = (await Promise.all(sent)).map(({ status, headers }) => [
      status,
      headers['access-control-allow-origin'],
    ]);
    const expected = [APP, undefined, 'https://a.shop.example'].map((origin) => [200, origin]);
    expect(got).toEqual([...expected, ...expected]);
    expect(services.notes?.requests).toHaveLength(origins.length);
  });

  it('Streams and composed responses have the headers', async () => {
    const documents = {
      authors: contractDocument(authors, formats),
      books: contractDocument(books, formats),
    };
    const { url, services } = await startGateway(documents, { config: CORS });
    if (services.books)
      services.books.respond = (_req, res) =>
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ id: '1', authorId: 'a', chapters: [] }));
    if (services.authors)
      services.authors.respond = (_req, res) =>
        res
          .writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
          .end(gzipSync('{"id":"a"}'));
    for (const path of ['/books/1?expand=author', '/books/1', '/authors/a']) {
      const { status, headers } = await request(url).get(path).set('Origin', APP);
      expect([status, passesCorsCheck(headers, isCors)]).toEqual([200, true]);
    }
    if (services.authors)
      services.authors.respond = (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        res.write('data: 1\n\n');
        setImmediate(() => res.end('data: 2\n\n'));
      };
    const { headers, text } = await request(url)
      .get('/authors/a')
      .set({ Origin: APP, Accept: 'text/event-stream' });
    expect([passesCorsCheck(headers, isCors), text]).toEqual([true, 'data: 1\n\ndata: 2\n\n']);
  });

  it('Pages of the gateway have the headers', async () => {
    const pages = createPages({
      services: [{ name: 'notes', document: notes }],
      status: () => [],
      isDraining: () => false,
      live: live(),
    });
    const { url } = await start(CORS, { pages });
    for (const path of ['/', '/openapi.json', '/health', '/docs', '/problems/not-found']) {
      const { status, headers } = await request(url).get(path).set('Origin', APP);
      expect([path, status, passesCorsCheck(headers, isCors)]).toEqual([path, 200, true]);
      expect(namesIn(headers.vary)).toContain('origin');
      const other = await request(url).get(path).set('Origin', EVIL);
      expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    }
    const { headers } = await request(url).get('/openapi.json').set('Origin', APP);
    const again = await request(url).get('/openapi.json').set({ Origin: APP, 'If-None-Match': headers.etag });
    expect([again.status, passesCorsCheck(again.headers, isCors)]).toEqual([304, true]);
  });
});

describe('A request of another site that changes something', () => {
  const change = (url: string, headers: Record<string, string>) =>
    request(url)
      .post('/notes')
      .set({ 'Sec-Fetch-Site': 'cross-site', ...headers })
      .send({});
  const cookie = { Cookie: 'session=1' };
  const basic = { Authorization: 'Basic eDp5' };
  const bearer = { Authorization: 'Bearer x' };
  const LISTED = CORS.replace('true', 'false');

  it.each([
    ['a listed origin with credentials', CORS, { Origin: APP, ...cookie }, 200],
    ['a subdomain', CORS, { Origin: 'https://a.shop.example', ...cookie }, 200],
    ['a listed origin of the same site', CORS, { Origin: APP, 'Sec-Fetch-Site': 'same-site' }, 200],
    ['another origin', CORS, { Origin: EVIL }, 403],
    ['another origin with a token', CORS, { Origin: EVIL, ...bearer }, 403],
    ['an opaque origin', CORS, { Origin: 'null' }, 403],
    ['two origins', CORS, { Origin: `${APP}, ${EVIL}` }, 403],
    ['no origin', CORS, {}, 403],
    ['a listed origin without cookies', LISTED, { Origin: APP }, 200],
    ['a listed origin with a name and password', LISTED, { Origin: APP, ...basic }, 200],
    ['a listed origin whose cookies CORS does not allow', LISTED, { Origin: APP, ...cookie }, 403],
    ['any origin', PUBLIC, { Origin: EVIL }, 200],
    ['any origin with a token', PUBLIC, { Origin: EVIL, ...bearer }, 200],
    ['an opaque origin where all are allowed', PUBLIC, { Origin: 'null' }, 200],
    ['any origin with a cookie', PUBLIC, { Origin: EVIL, ...cookie }, 403],
    ['any origin with a password that a browser may add', PUBLIC, { Origin: EVIL, ...basic }, 403],
    [
      'any origin with a ticket that a browser may add',
      PUBLIC,
      { Origin: EVIL, Authorization: 'Negotiate x' },
      403,
    ],
  ])('From %s it is decided by CORS', async (_, config, headers, expected) => {
    const { url, services } = await start(config);
    expect((await change(url, headers as never)).status).toBe(expected);
    expect(services.notes?.requests).toHaveLength(expected === 200 ? 1 : 0);
  });

  it('It is refused for a service that handles CORS itself, unless that handles such requests too', async () => {
    const headers = { Origin: APP };
    expect((await change((await start(CORS, { service: 'cors: pass' })).url, headers)).status).toBe(403);
    const { url } = await start(CORS, { service: 'cors: pass, crossSite: pass' });
    expect((await change(url, headers)).status).toBe(200);
  });
});
