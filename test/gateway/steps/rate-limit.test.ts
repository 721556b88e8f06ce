/** Rate limits in the pipeline: what is counted, what clients see, and the parts of expansions. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { parseList } from 'structured-headers';
import request from 'supertest';
import { request as send } from 'undici';
import { NO_GRANTS } from '../../../src/contract/caller.ts';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { type Counted, RateLimiter } from '../../../src/gateway/rate-limits/rate-limiter.ts';
import type { OperationStep } from '../../../src/gateway/steps/operation-step.ts';
import { rateLimits } from '../../../src/gateway/steps/rate-limit.ts';
import { RequestContext, setContext } from '../../../src/http/context.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { respondWith, startCachedGateway } from '../../support/cached.ts';
import { document, startGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';

const HAL = 'application/hal+json';
const notes = document({
  '/notes': { get: { operationId: 'listNotes' }, post: { operationId: 'addNote' } },
  '/files': { get: { operationId: 'listFiles' } },
});
const limit = (...rules: string[]) =>
  `rateLimits: { rules: [${rules.map((rule) => `{ ${rule} }`).join(', ')}] }`;
/** No request comes back during a test. */
const strict = (name: string, most: number, more = '') =>
  `name: ${name}, per: address, quota: 1, window: 24h, burst: ${most - 1}${more && `, ${more}`}`;

const start = (config: string, options: TestGatewayOptions = {}) =>
  startGateway({ notes }, { config, ...options });

/** The fields of a response, parsed as structured fields (RFC 9651). */
function fieldsOf(headers: Record<string, unknown>) {
  const itemsOf = (value: unknown) =>
    parseList(String(value)).map(([name, parameters]) => ({ name, ...Object.fromEntries(parameters) }));
  return { policy: itemsOf(headers['ratelimit-policy']), limit: itemsOf(headers.ratelimit) };
}

describe('A limited operation', () => {
  it('Reports its limits, and is refused with 429 and a problem above them', async () => {
    const { url, services } = await start(limit(strict('default', 2)));
    const first = await request(url).get('/notes').expect(200);
    expect(fieldsOf(first.headers)).toEqual({
      policy: [{ name: 'default', q: 1, w: 86_400 }],
      limit: [{ name: 'default', r: 1, t: 86_400 }],
    });
    await request(url).get('/notes').expect(200);
    const { body, headers } = await request(url).get('/notes').expect(429);
    expect(fieldsOf(headers).limit).toEqual([{ name: 'default', r: 0, t: Number(headers['retry-after']) }]);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      type: '/problems/rate-limited',
      title: 'Too many requests',
      status: 429,
      limit: 'default',
      availableAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    });
    const wait = Date.parse(body.availableAt) - Date.now();
    expect(Math.abs(wait / 1000 - Number(headers['retry-after']))).toBeLessThan(60);
    expect(services.notes?.requests).toHaveLength(2);
  });

  it('Reports only limits that count it', async () => {
    const { url } = await start(
      limit('name: keys, per: key, quota: 5, window: 1m', strict('all', 9), strict('reads', 8)),
    );
    const { headers } = await request(url).get('/notes').expect(200);
    expect(fieldsOf(headers)).toMatchObject({
      policy: [{ name: 'all' }, { name: 'reads' }],
      limit: [{ name: 'reads', r: 7 }],
    });
  });

  it('Has no fields if nothing counts it', async () => {
    const { url } = await start(limit(strict('files', 2, 'operations: [listFiles]')));
    const { headers } = await request(url).get('/notes').expect(200);
    expect(headers).not.toHaveProperty('ratelimit');
    expect(headers).not.toHaveProperty('ratelimit-policy');
  });

  it('Counts HEAD like GET, and separately from other methods that a rule does not name', async () => {
    const { url } = await start(limit(strict('reads', 1, 'methods: [GET]')));
    await request(url).head('/notes').expect(200);
    await request(url).get('/notes').expect(429);
    await request(url).post('/notes').expect(200);
  });

  it('Is refused before its body is read or validated', async () => {
    const { url } = await start(limit(strict('all', 1)));
    await request(url).get('/notes?unknown=1').expect(400);
    await request(url).get('/notes?unknown=1').expect(429);
  });

  it('Has a problem page for browsers', async () => {
    const { url } = await start(limit(strict('all', 1)));
    await request(url).get('/notes');
    const { text, headers } = await request(url).get('/notes').set('Accept', 'text/html').expect(429);
    expect(text).toContain('Too many requests');
    expect(fieldsOf(headers).limit).toMatchObject([{ name: 'all', r: 0 }]);
  });
});

describe('The fields of every kind of response', () => {
  const config = limit(strict('all', 100));
  const expectFields = (headers: Record<string, unknown>) =>
    expect(fieldsOf(headers)).toMatchObject({ policy: [{ name: 'all' }], limit: [{ name: 'all' }] });

  it('Are on errors of the gateway and of the service', async () => {
    const { url, services } = await start(config);
    expectFields((await request(url).get('/notes?x=1').expect(400)).headers);
    expectFields((await request(url).get('/nothing').expect(404)).headers);
    expectFields((await request(url).delete('/notes').expect(405)).headers);
    expectFields((await request(url).options('/notes').expect(204)).headers);
    if (services.notes) services.notes.respond = (_req, res) => void res.writeHead(500).end();
    expectFields((await request(url).get('/notes').expect(500)).headers);
    await services.notes?.stop();
    expectFields((await request(url).get('/notes')).headers);
    await services.notes?.start();
  });

  it('Are on cached responses and on 304', async () => {
    const gateway = await startCachedGateway({ config });
    gateway.upstream.respond = respondWith(() => ({
      headers: { 'Cache-Control': 'max-age=60', ETag: '"1"' },
      body: 'x',
    }));
    expectFields((await gateway.ask()).headers);
    const hit = await gateway.ask();
    expect(hit.headers['cache-status']).toMatch(/hit/);
    expectFields(hit.headers);
    const unchanged = await gateway.ask({ headers: { 'if-none-match': '"1"' } });
    expect(unchanged.status).toBe(304);
    expectFields(unchanged.headers);
    expect(fieldsOf(unchanged.headers).limit).toMatchObject([{ r: 97 }]);
  });

  it('Are on streamed responses before their end', async () => {
    const { url, services } = await start(config);
    let end = () => {};
    if (services.notes)
      services.notes.respond = (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        res.write('data: 1\n\n');
        end = () => void res.end();
      };
    const response = await send(`${url}/notes`);
    expectFields(response.headers);
    end();
    expect(await response.body.text()).toBe('data: 1\n\n');
  });

  it('Stay next to those of the service', async () => {
    const { url, services } = await start(config);
    if (services.notes)
      services.notes.respond = (_req, res) =>
        void res.writeHead(200, { RateLimit: '"own";r=3;t=1', 'RateLimit-Policy': '"own";q=5' }).end();
    const { headers } = await request(url).get('/notes').expect(200);
    expect(fieldsOf(headers)).toMatchObject({
      policy: [{ name: 'own' }, { name: 'all' }],
      limit: [
        { name: 'own', r: 3 },
        { name: 'all', r: 99 },
      ],
    });
  });
});

describe('Requests without an operation', () => {
  it('A flood of 404 is limited', async () => {
    const { url } = await start(limit(strict('all', 2)));
    await request(url).get('/a').expect(404);
    await request(url).get('/b').expect(404);
    await request(url).get('/c').expect(429);
    await request(url).get('/notes').expect(429);
  });

  it('HEAD counts as GET', async () => {
    const { url } = await start(limit(strict('reads', 2, 'methods: [GET]')));
    await request(url).head('/a').expect(404);
    await request(url).get('/a').expect(404);
    await request(url).post('/a').expect(404);
    await request(url).head('/a').expect(429);
  });

  it('Methods that a client makes up count as one, so that they take no memory', () => {
    const counted = new Set<Counted>();
    const rule = { name: 'all', per: 'address', quota: 1, window: 1000, burst: 0, cost: 1 } as const;
    const { limits } = new RateLimiter({
      config: { rules: [rule], store: 'memory', storeFailure: 'fallback' },
    });
    const count = (one: Counted) => void counted.add(one);
    const { unrouted } = rateLimits({ limits, count } as unknown as RateLimiter)({
      operations: [],
      unavailable: [],
    });
    for (let i = 0; i < 1000; i++) {
      const req = Object.assign(new IncomingMessage(new Socket()), { method: `M${i}` });
      setContext(req, new RequestContext('id', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, false));
      void unrouted(req);
    }
    expect(counted.size).toBe(1);
  });

  it('Preflight requests are counted', async () => {
    const { url } = await start(limit(strict('all', 1)));
    const preflight = () =>
      request(url)
        .options('/notes')
        .set({ Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' });
    await preflight().expect(200);
    await preflight().expect(429);
  });

  it('Limits of operations and services do not count them', async () => {
    const { url } = await start(limit(strict('some', 1, 'services: [notes]')));
    for (let count = 0; count < 3; count++) await request(url).get('/a').expect(404);
  });
});

describe('What has a bucket of its own', () => {
  /** Stands for authentication. */
  const authenticate: OperationStep = ({ client, context }) => {
    const { authorization = '' } = client.headers;
    const [id = '', issuer = '', program] = authorization.split(' ');
    if (id === '') return;
    context.caller = {
      id,
      issuer,
      subject: id,
      client: program,
      grants: NO_GRANTS,
      expiresAt: Number.POSITIVE_INFINITY,
      claims: {},
    };
  };
  const statuses = async (per: string, authorizations: readonly string[]) => {
    const { url } = await start(limit(`name: a, per: ${per}, quota: 1, window: 24h, burst: 0`), {
      operationSteps: [authenticate],
    });
    const found: number[] = [];
    for (const authorization of authorizations) {
      const asked = request(url).get('/notes');
      found.push((await (authorization ? asked.set('Authorization', authorization) : asked)).status);
    }
    return found;
  };

  it.each([
    ['subject', ['ada', 'bob', 'ada', '', ''], [200, 200, 429, 200, 429]],
    ['client', ['ada i app', 'bob i app', 'bob j app', 'bob i', '', ''], [200, 429, 200, 200, 200, 429]],
    ['key', ['ada', 'ada', 'bob i', 'bob i', '', ''], [200, 429, 200, 200, 200, 200]],
    ['address', ['ada', 'bob'], [200, 429]],
    ['gateway', ['ada', 'bob'], [200, 429]],
  ])('A limit per %s has separate buckets for that', async (per, authorizations, expected) => {
    expect(await statuses(per, authorizations)).toEqual(expected);
  });

  it.each([
    ['operation', [200, 429, 200]],
    ['service', [200, 429, 429]],
  ])('A limit per %s has separate buckets for that', async (per, expected) => {
    const { url } = await start(limit(`name: a, per: ${per}, quota: 1, window: 24h, burst: 0`));
    const found: number[] = [];
    for (const path of ['/notes', '/notes', '/files']) found.push((await request(url).get(path)).status);
    expect(found).toEqual(expected);
  });

  it('A client behind a trusted proxy has a bucket of its own', async () => {
    const { url } = await start(`trustProxy: true\n${limit(strict('all', 1))}`);
    const from = (address: string) => request(url).get('/notes').set('X-Forwarded-For', address);
    await from('203.0.113.1').expect(200);
    await from('203.0.113.1').expect(429);
    await from('203.0.113.2').expect(200);
  });

  it('A client cannot choose its address without a trusted proxy', async () => {
    const { url } = await start(limit(strict('all', 1)));
    await request(url).get('/notes').set('X-Forwarded-For', '203.0.113.1').expect(200);
    await request(url).get('/notes').set('X-Forwarded-For', '203.0.113.2').expect(429);
  });
});

it('A rule that names an unknown operation is rejected with the nearest name', async () => {
  await expect(start(limit(strict('a', 1, 'operations: [listNote]')))).rejects.toThrow(
    'rateLimits.rules.0.operations.0: there is no operation "listNote"; did you mean listNotes?',
  );
});

describe('Parts of an expansion', () => {
  const book = (id: string, authorId: string) => ({
    id,
    authorId,
    chapters: [],
    _links: { self: { href: `/books/${id}` }, author: { href: `/authors/${authorId}` } },
  });
  const author = (id: string) => ({ id, _links: { self: { href: `/authors/${id}` } } });

  async function library(config: string) {
    const documents = {
      authors: contractDocument(authors, formats),
      books: contractDocument(books, formats),
    };
    const gateway = await startGateway(documents, { config });
    const items = [book('1', 'a'), book('2', 'b'), book('3', 'c')];
    for (const upstream of Object.values(gateway.services))
      upstream.respond = (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? '', 'http://x');
        const [, kind, id = ''] = pathname.split('/');
        const ids = searchParams.get('id')?.split(',') ?? [];
        const page = (item: unknown[]) => ({ _links: { self: { href: req.url } }, _embedded: { item } });
        const body =
          kind === 'books'
            ? id === ''
              ? page(items)
              : book(id, 'a')
            : id === ''
              ? page(ids.map(author))
              : author(id);
        res.writeHead(200, { 'Content-Type': HAL }).end(JSON.stringify(body));
      };
    const get = (path: string) => request(gateway.url).get(path).set('Accept', HAL);
    return { ...gateway, get };
  }

  it('Each part is counted, and the response reports what is left after them', async () => {
    const { get } = await library(limit(strict('all', 10)));
    const { headers } = await get('/books/1?expand=author').expect(200);
    expect(fieldsOf(headers).limit).toMatchObject([{ name: 'all', r: 8 }]);
  });

  it('A part above its limit is left out with 429', async () => {
    const { get, services } = await library(limit(strict('authors', 1, 'operations: [getAuthor]')));
    await get('/books/1?expand=author').expect(200);
    const { body, headers } = await get('/books/1?expand=author').expect(200);
    expect(body._embedded).toBeUndefined();
    expect(body._expandErrors).toMatchObject([
      {
        path: 'author',
        href: '/authors/a',
        problem: { type: '/problems/rate-limited', status: 429, limit: 'authors' },
      },
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(fieldsOf(headers)).toMatchObject({ limit: [{ name: 'authors', r: 0 }] });
    expect(services.authors?.requests).toHaveLength(1);
  });

  it('A client that prefers complete responses gets 429 for the whole', async () => {
    const { get } = await library(limit(strict('authors', 1, 'operations: [getAuthor]')));
    const complete = () => get('/books/1?expand=author').set('Prefer', 'handling=strict');
    await complete().expect(200);
    const { body, headers } = await complete().expect(429);
    expect(body).toMatchObject({
      type: '/problems/rate-limited',
      limit: 'authors',
      availableAt: expect.any(String),
      _expandErrors: [{ path: 'author' }],
    });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers['preference-applied']).toBe('handling=strict');
  });

  it('A batch that is refused is not replaced by single requests', async () => {
    const { get, services } = await library(limit(strict('batch', 1, 'operations: [listAuthors]')));
    await get('/books?expand=author').expect(200);
    const before = services.authors?.requests.length;
    const { body } = await get('/books?expand=author').expect(200);
    expect(body._expandErrors).toHaveLength(3);
    expect(services.authors?.requests).toHaveLength(before ?? 0);
  });

  it('The expansion itself is refused if its first request is above the limit', async () => {
    const { get, services } = await library(limit(strict('all', 2)));
    await get('/books/1?expand=author').expect(200);
    await get('/books/1?expand=author').expect(429);
    expect(services.books?.requests).toHaveLength(1);
  });
});
