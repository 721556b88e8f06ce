/** No client gets a response that was made for the credentials of another, in any sequence of requests and responses. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  httpDate,
  passSeconds,
  respondWith,
  startCachedGateway,
  type TestRequest,
} from '../../support/cached.ts';

const SCHEMES = {
  securitySchemes: {
    header: { type: 'apiKey', in: 'header', name: 'X-Key' },
    query: { type: 'apiKey', in: 'query', name: 'key' },
  },
};

/** The ways in which a client may identify itself. The first is anonymous. */
const PRINCIPALS: readonly TestRequest[] = [
  {},
  { headers: { authorization: 'Bearer ann' } },
  { headers: { authorization: 'Bearer bob' } },
  { headers: { cookie: 'session=ann' } },
  { headers: { cookie: 'session=bob' } },
  { headers: { 'x-key': 'ann' } },
  { headers: { 'x-key': 'bob' } },
];

/** No value allows the response to be shared between clients. */
const CONTROLS = [
  undefined,
  'max-age=60',
  'max-age=60, must-revalidate',
  'private, max-age=60',
  'no-cache',
  'no-store',
  'max-age=5, stale-while-revalidate=60',
  'max-age=5, stale-if-error=60',
];

const step = fc.record({
  principals: fc.array(fc.nat(PRINCIPALS.length - 1), { minLength: 1, maxLength: 4 }),
  control: fc.constantFrom(...CONTROLS),
  vary: fc.constantFrom(undefined, 'Accept', 'Authorization'),
  seconds: fc.constantFrom(0, 1, 10, 70),
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'PUT'),
  status: fc.constantFrom(200, 200, 200, 304, 304, 404, 503),
});

const POLICY = 'policy: { retry: { attempts: 0 }, breaker: { minimumCalls: 1000 } }';

describe('Any sequence of requests of several clients', () => {
  it('gives each client only responses for that client or for all', async () => {
    const { ask, upstream } = await startCachedGateway({ components: SCHEMES, config: POLICY });
    let run = 0;
    const property = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      run += 1;
      for (const { principals, control, vary, seconds, method, status } of steps) {
        passSeconds(seconds);
        upstream.respond = respondWith(({ headers }) => ({
          status: status === 304 && !headers['if-modified-since'] ? 200 : status,
          headers: {
            ...(control !== undefined && { 'Cache-Control': control }),
            ...(vary !== undefined && { Vary: vary }),
            'Last-Modified': httpDate(-1000),
            // X-For names the client, so that the test can compare it.
            'X-For': JSON.stringify(whoIs(headers)),
          },
        }));
        const got = await Promise.all(
          principals.map((index) => ask({ ...PRINCIPALS[index], method, path: `/x?run=${run}` })),
        );
        got.forEach(({ headers }, index) => {
          const asker = JSON.stringify(whoIs(PRINCIPALS[principals[index] ?? 0]?.headers ?? {}));
          expect(headers['x-for']).toBe(asker);
        });
      }
    });
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);
});

const whoIs = (headers: Readonly<Record<string, unknown>>) =>
  ['authorization', 'cookie', 'x-key'].map((name) => headers[name] ?? null);

describe('The headers of a response that confirms a stored one for one client', () => {
  const cacheable = { 'Cache-Control': 'public, max-age=1', ETag: '"1"' };
  const ann = { authorization: 'Bearer ann' };

  it.each<[string, TestRequest, Readonly<Record<string, string>>]>([
    ['a cookie, with a 304', {}, { ...cacheable, 'Set-Cookie': 'session=ann' }],
    ['a cookie, with a 304 to credentials', { headers: ann }, { ...cacheable, 'Set-Cookie': 'session=ann' }],
    [
      'who it is, with a 304 that is for it alone',
      { headers: ann },
      { 'Cache-Control': 'max-age=60', 'X-User': 'ann' },
    ],
    [
      'who it is, with a 304 that is private',
      { headers: ann },
      { 'Cache-Control': 'private, max-age=60', 'X-User': 'ann' },
    ],
    ['a cookie, to HEAD', { method: 'HEAD', headers: ann }, { ...cacheable, 'Set-Cookie': 'session=ann' }],
    [
      'who it is, to HEAD',
      { method: 'HEAD', headers: ann },
      { 'Cache-Control': 'private, max-age=60', ETag: '"1"', 'X-User': 'ann' },
    ],
    [
      'who it is, with all that a request has',
      { headers: ann },
      { ...cacheable, Vary: '*', 'X-User': 'ann' },
    ],
  ])('are not given to other clients: %s', async (_what, asking, headers) => {
    const { ask, upstream } = await startCachedGateway();
    upstream.respond = respondWith(() => ({ headers: cacheable, body: 'one' }));
    await ask();
    passSeconds(2);
    upstream.respond = respondWith((req) => ({ status: req.method === 'HEAD' ? 200 : 304, headers }));
    await ask(asking);
    upstream.respond = respondWith(({ headers: requestHeaders }) =>
      requestHeaders['if-none-match']
        ? { status: 304, headers: cacheable }
        : { headers: cacheable, body: 'one' },
    );
    for (const other of [{}, { headers: { authorization: 'Bearer bob' } }]) {
      const got = await ask(other);
      expect(got).toMatchObject({ status: 200, body: 'one' });
      expect([got.headers['set-cookie'], got.headers['x-user']]).toEqual([undefined, undefined]);
    }
  });

  it('select the stored response by their Vary from then on', async () => {
    const { ask, upstream } = await startCachedGateway();
    upstream.respond = respondWith(() => ({ headers: cacheable, body: 'one' }));
    await ask({ headers: { 'accept-language': 'de' } });
    passSeconds(2);
    const varied = { 'Cache-Control': 'public, max-age=60', ETag: '"1"', Vary: 'Accept-Language' };
    upstream.respond = respondWith(() => ({ status: 304, headers: varied }));
    await ask({ headers: { 'accept-language': 'de' } });
    upstream.respond = respondWith(() => ({ headers: varied, body: 'two' }));
    expect((await ask({ headers: { 'accept-language': 'en' } })).body).toBe('two');
    expect((await ask({ headers: { 'accept-language': 'de' } })).body).toBe('one');
  });
});

it('A call in flight for one client address is not shared with another where the response depends on it', async () => {
  const { url, upstream, arrived } = await startCachedGateway();
  const waiting: (() => void)[] = [];
  upstream.respond = (req, res) => {
    const from = String(req.headers['x-forwarded-for']);
    waiting.push(() => {
      res.writeHead(200, { 'Cache-Control': 'public, max-age=60', Vary: 'X-Forwarded-For' }).end(from);
    });
    if (waiting.length > 1) waiting.at(-1)?.();
  };
  const from = async (localAddress: string) => {
    const req = get(`${url}/x`, { localAddress });
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    return text(res);
  };
  const responses = [from('127.0.0.1'), from('127.0.0.2')];
  await arrived(2);
  waiting[0]?.();
  expect(await Promise.all(responses)).toEqual(['127.0.0.1', '127.0.0.2']);
});

describe('Credentials that the document declares', () => {
  it.each<[string, TestRequest]>([
    ['in a header', { headers: { 'x-key': 'a' } }],
    ['in the query', { path: '/x?key=a' }],
  ])('in %s count as credentials', async (_where, asking) => {
    const { ask, upstream } = await startCachedGateway({ components: SCHEMES });
    upstream.respond = respondWith(() => ({ headers: { 'Cache-Control': 'max-age=60' } }));
    await ask(asking);
    await ask(asking);
    expect(upstream.requests).toHaveLength(2);
  });

  it('that may be outside of the headers allow only public responses to be stored', async () => {
    const { ask, upstream } = await startCachedGateway({
      components: { securitySchemes: { tls: { type: 'mutualTLS' } } },
    });
    upstream.respond = respondWith(() => ({ headers: { 'Cache-Control': 'max-age=60' } }));
    await ask();
    await ask();
    expect(upstream.requests).toHaveLength(2);
    upstream.respond = respondWith(() => ({ headers: { 'Cache-Control': 'public, max-age=60' } }));
    await ask();
    await ask();
    expect(upstream.requests).toHaveLength(3);
  });
});
