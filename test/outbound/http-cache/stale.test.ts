/** Stale responses while the service fails or revalidates (RFC 5861), and their `Cache-Status` (RFC 9211). */
import { describe, expect, it } from '@jest/globals';
import {
  httpDate,
  passSeconds,
  respondWith,
  runUntil,
  type ScriptedResponse,
  startCachedGateway,
} from '../../support/cached.ts';
import { eventually } from '../../support/eventually.ts';

const fails: ScriptedResponse = { status: 503, body: 'down' };
const one: ScriptedResponse = { headers: { 'Cache-Control': 'max-age=10', ETag: '"1"' }, body: 'one' };
const with5861 = (control: string): ScriptedResponse => ({
  headers: { 'Cache-Control': control },
  body: 'one',
});

/** No retries, and a circuit that opens after two failures. */
const POLICY =
  'policy: { retry: { attempts: 0 }, bulkhead: { concurrent: 2, queued: 0 }, breaker: { minimumCalls: 2, threshold: 0.5, halfOpenAfter: 1m } }';

const start = async (response: ScriptedResponse = one, cache?: string) => {
  const system = await startCachedGateway({ config: POLICY, ...(cache !== undefined && { cache }) });
  system.upstream.respond = respondWith(() => response);
  await system.ask();
  return system;
};

describe('While a service fails', () => {
  it('a stored response is used instead of a 5xx', async () => {
    const { ask, upstream } = await start();
    upstream.respond = respondWith(() => fails);
    passSeconds(40);
    const { status, body, headers } = await ask();
    expect({ status, body, age: headers.age }).toEqual({ status: 200, body: 'one', age: '40' });
    expect(headers['cache-status']).toMatch(/^linkway; fwd=stale; fwd-status=503; ttl=-3\d$/);
  });

  it('a stored response is used without a connection, and then while the circuit is open', async () => {
    const { ask, upstream } = await start();
    await upstream.stop();
    passSeconds(40);
    const said: (string | undefined)[] = [];
    for (let count = 0; count < 3; count++) {
      const { status, body, headers } = await ask();
      expect([status, body]).toEqual([200, 'one']);
      said.push(headers['cache-status']?.replace(/ttl=-\d+/, 'ttl=-'));
    }
    expect(said).toEqual([
      'linkway; fwd=stale; ttl=-; detail=service-unreachable',
      'linkway; fwd=stale; ttl=-; detail=service-unreachable',
      'linkway; hit; ttl=-; detail=circuit-open',
    ]);
    await upstream.start();
  });

  it('a response that is too old is not used, and the failure says what the cache did', async () => {
    const { ask, upstream } = await start(one, '{ staleIfError: 1m }');
    await upstream.stop();
    passSeconds(71);
    const { status, headers } = await ask();
    expect(status).toBe(503);
    expect(headers['cache-status']).toBe('linkway; fwd=stale; detail=service-unreachable');
    await upstream.start();
  });

  it.each([
    ['stale-if-error of the response overrides the configuration', 'max-age=10, stale-if-error=0', 503],
    ['must-revalidate forbids it', 'max-age=10, must-revalidate, stale-if-error=60', 503],
    ['proxy-revalidate forbids it', 'max-age=10, proxy-revalidate', 503],
    ['s-maxage forbids it', 's-maxage=10, stale-if-error=60', 503],
    ['stale-if-error of the response allows it', 'max-age=10, stale-if-error=60', 200],
  ])('%s', async (_rule, control, status) => {
    const { ask, upstream } = await start(with5861(control));
    upstream.respond = respondWith(() => fails);
    passSeconds(30);
    expect((await ask()).status).toBe(status);
  });

  it('a client that forbids stale responses gets the failure', async () => {
    const { ask, upstream } = await start();
    upstream.respond = respondWith(() => fails);
    passSeconds(30);
    expect((await ask({ headers: { 'cache-control': 'no-cache' } })).status).toBe(503);
  });

  it('a stored response is used when the bulkhead is full', async () => {
    const { ask, upstream } = await start();
    let busy = 0;
    const release = Promise.withResolvers<void>();
    upstream.respond = (req, res) => {
      if (!req.url?.startsWith('/y')) return void res.end('unused');
      busy += 1;
      void release.promise.then(() => res.end());
    };
    const slow = [ask({ path: '/y?a' }), ask({ path: '/y?b' })];
    await runUntil(() => busy === 2);
    passSeconds(30);
    const { body, headers } = await ask();
    expect(body).toBe('one');
    expect(headers['cache-status']).toMatch(/^linkway; hit; ttl=-\d+; detail=overloaded$/);
    release.resolve();
    await Promise.all(slow);
  });

  it('only stored responses are used, and new ones once the service works again', async () => {
    const { ask, upstream } = await start();
    await upstream.stop();
    passSeconds(40);
    expect((await ask()).body).toBe('one');
    await upstream.start();
    upstream.respond = respondWith(() => ({ body: 'two' }));
    expect((await ask()).body).toBe('two');
  });
});

describe('stale-while-revalidate', () => {
  it('serves the stored response at once, and revalidates it once in the background', async () => {
    const { ask, upstream } = await start(with5861('max-age=10, stale-while-revalidate=30'));
    const release = Promise.withResolvers<void>();
    upstream.respond = (_req, res) => {
      const headers = { Date: httpDate(), 'Cache-Control': 'max-age=10' };
      void release.promise.then(() => res.writeHead(200, headers).end('two'));
    };
    passSeconds(20);
    const given = await Promise.all([ask(), ask({ headers: { 'user-agent': 'another' } }), ask()]);
    expect(given.map(({ body }) => body)).toEqual(['one', 'one', 'one']);
    expect(given[0]?.headers['cache-status']).toMatch(/^linkway; hit; ttl=-1\d$/);
    await runUntil(() => upstream.requests.length > 1);
    release.resolve();
    let body = 'one';
    await eventually('the new response is stored', async () => {
      ({ body } = await ask());
      return body !== 'one';
    });
    expect(body).toBe('two');
    expect(upstream.requests).toHaveLength(2);
  });

  it('ends after its time, and is overridden by must-revalidate', async () => {
    const { ask, upstream } = await start(with5861('max-age=10, stale-while-revalidate=30'));
    upstream.respond = respondWith(() => ({ body: 'two' }));
    passSeconds(41);
    expect((await ask()).body).toBe('two');
    const strict = await start(with5861('max-age=10, must-revalidate, stale-while-revalidate=30'));
    strict.upstream.respond = respondWith(() => ({ body: 'two' }));
    passSeconds(20);
    expect((await strict.ask()).body).toBe('two');
  });

  it('is taken from the configuration where the response does not have it', async () => {
    const { ask, upstream } = await start(one, '{ staleWhileRevalidate: 30s }');
    upstream.respond = respondWith(() => ({ body: 'two' }));
    passSeconds(20);
    expect((await ask()).body).toBe('one');
  });

  it('does not show clients a failure of the revalidation', async () => {
    const { ask, upstream } = await start(with5861('max-age=10, stale-while-revalidate=30'));
    await upstream.stop();
    passSeconds(20);
    for (let count = 0; count < 3; count++) expect(await ask()).toMatchObject({ status: 200, body: 'one' });
    await upstream.start();
  });
});
