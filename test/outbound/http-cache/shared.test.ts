/** Identical requests in flight share one call, except those with other credentials. */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  respondWith,
  runUntil,
  type ScriptedResponse,
  startCachedGateway,
  type TestRequest,
  type TestResponse,
} from '../../support/cached.ts';
import { pass, useFakeTime } from '../../support/fake-time.ts';

/** Starts a service that responds on command, and requests that wait for it. */
const start = async (requests: readonly TestRequest[], config = '') => {
  const waiting: ServerResponse[] = [];
  const system = await startCachedGateway({ config });
  system.upstream.respond = (_req, res) => {
    waiting.push(res);
  };
  const got: Promise<TestResponse>[] = [];
  // The requests start one after the other, so that their order is known.
  for (const one of requests) {
    got.push(system.ask(one));
    await system.arrived(got.length);
  }
  await runUntil(() => waiting.length > 0);
  const response = ({ status = 200, headers = {}, body = '' }: ScriptedResponse) => {
    for (const res of waiting.splice(0)) res.writeHead(status, { ...(headers as object) }).end(body);
  };
  return { ...system, waiting, response, got };
};

const alike: readonly TestRequest[] = [{}, {}, {}];
const as = (authorization: string): TestRequest => ({ headers: { authorization } });

it('Identical requests share one call and its response', async () => {
  const { response, got, upstream } = await start(alike);
  response({ body: 'one' });
  const all = await Promise.all(got);
  expect(all.map(({ body }) => body)).toEqual(['one', 'one', 'one']);
  expect(upstream.requests).toHaveLength(1);
  expect(
    all.map(({ headers }) => headers['cache-status']).filter((said) => /collapsed/.test(said ?? '')),
  ).toEqual([
    expect.stringMatching(/^linkway; fwd=uri-miss; collapsed/),
    expect.stringMatching(/^linkway; fwd=uri-miss; collapsed/),
  ]);
});

it('Requests with the same credentials share a private response; others make calls of their own', async () => {
  const { response, got, upstream } = await start([as('a'), as('b'), as('a'), {}]);
  expect(upstream.requests.map(({ headers }) => headers.authorization).sort()).toEqual(['a', 'b', undefined]);
  response({ headers: { 'Cache-Control': 'private, max-age=60' }, body: 'mine' });
  await Promise.all(got);
  expect(upstream.requests).toHaveLength(3);
});

it.each<[string, Record<string, string>]>([
  ['no-store', { 'Cache-Control': 'no-store' }],
  ['no-cache', { 'Cache-Control': 'no-cache', ETag: '"1"' }],
  ['private', { 'Cache-Control': 'private' }],
  ['Set-Cookie', { 'Set-Cookie': 'session=1' }],
  ['Vary: *', { Vary: '*' }],
])(
  'A response with %s is for the first request alone: the others make calls of their own',
  async (_name, headers) => {
    const { response, got, upstream, waiting } = await start(alike);
    response({ headers, body: 'one' });
    await runUntil(() => waiting.length === 2);
    response({ headers, body: 'two' });
    const all = await Promise.all(got);
    expect(all.map(({ body }) => body).sort()).toEqual(['one', 'two', 'two']);
    expect(upstream.requests).toHaveLength(3);
  },
);

it('A response that is too large to be stored streams to the first request, and the others make calls of their own', async () => {
  const { response, got, upstream, waiting } = await start(alike, 'cache: { entry: 100b }');
  const body = 'x'.repeat(1000);
  response({ headers: { 'Cache-Control': 'max-age=60' }, body });
  await runUntil(() => waiting.length === 2);
  response({ body });
  for (const one of await Promise.all(got)) expect(one).toMatchObject({ status: 200, body });
  expect(upstream.requests).toHaveLength(3);
});

it('Identical requests share a failure, so that it costs the service one call', async () => {
  const { got, upstream, waiting } = await start(alike, 'policy: { retry: { attempts: 0 } }');
  waiting[0]?.destroy();
  expect((await Promise.all(got)).map(({ status }) => status)).toEqual([502, 502, 502]);
  expect(upstream.requests).toHaveLength(1);
});

it('A request whose circuit is open for its client alone does not affect the others, which make calls of their own', async () => {
  const from = (address: string): TestRequest => ({ headers: { 'x-forwarded-for': address } });
  const policy = '{ retry: { attempts: 1, delay: 0 }, breaker: { kind: consecutive, failures: 1 } }';
  const { response, got, upstream, waiting } = await start(
    [from('192.0.2.1'), from('192.0.2.2'), from('192.0.2.1')],
    `trustProxy: true\npolicy: ${policy}`,
  );
  expect(upstream.requests).toHaveLength(1);
  response({ status: 503 });
  await runUntil(() => waiting.length > 0);
  response({ body: 'well' });
  const all = await Promise.all(got);
  expect(all.map(({ status }) => status)).toEqual([503, 200, 503]);
  expect(all[0]?.body).toContain('circuit-open');
  expect(upstream.requests).toHaveLength(2);
});

it('A client that leaves does not affect the others; the last one that leaves ends the call', async () => {
  const { ask, arrived, upstream, url, log } = await startCachedGateway();
  const ended: boolean[] = [];
  let response: ServerResponse | undefined;
  upstream.respond = (_req, res) => {
    response = res;
    res.on('close', () => ended.push(!res.writableFinished));
  };
  const first = new AbortController();
  const left = fetch(`${url}/x`, { signal: first.signal }).catch(() => 'left');
  await arrived(1);
  const second = new AbortController();
  const stays = fetch(`${url}/x`, { signal: second.signal }).then((res) => res.text());
  await arrived(2);
  first.abort();
  expect(await left).toBe('left');
  await runUntil(() => log.written.length === 1);
  await runUntil(() => response !== undefined);
  response?.end('one');
  expect(await stays).toBe('one');
  expect(upstream.requests).toHaveLength(1);

  const alone = new AbortController();
  const gone = fetch(`${url}/y`, { signal: alone.signal }).catch(() => 'left');
  await runUntil(() => upstream.requests.length === 2);
  alone.abort();
  expect(await gone).toBe('left');
  await runUntil(() => ended.length === 2);
  expect(ended).toEqual([false, true]);
  upstream.respond = (_req, res) => res.end('again');
  expect((await ask({ path: '/y' })).body).toBe('again');
});

it('A response that was requested before a change is not stored, and no request joins its call', async () => {
  const { response, got, ask, arrived, upstream } = await start([{}]);
  const waits = upstream.respond;
  upstream.respond = (_req, res) => res.writeHead(204).end();
  await ask({ method: 'PUT' });
  upstream.respond = waits;
  const after = ask();
  await arrived(3);
  await runUntil(() => upstream.requests.length === 3);
  response({ headers: { 'Cache-Control': 'max-age=60' }, body: 'either' });
  await Promise.all([...got, after]);
  expect(upstream.requests).toHaveLength(3);
});

it('A response to a request from before a change is not stored after it', async () => {
  const { response, got, ask, upstream } = await start([{}]);
  upstream.respond = (_req, res) => res.writeHead(204).end();
  await ask({ method: 'PUT' });
  response({ headers: { 'Cache-Control': 'max-age=60' }, body: 'of before' });
  await Promise.all(got);
  upstream.respond = (_req, res) => res.end('of now');
  expect((await ask()).body).toBe('of now');
});

describe('A request with a shorter deadline than the others', () => {
  beforeEach(useFakeTime);
  afterEach(() => void jest.useRealTimers());

  const hurried: TestRequest = { headers: { 'x-envoy-expected-rq-timeout-ms': '150' } };
  const trusting = 'trustProxy: true\npolicy: { retry: { attempts: 0 } }';

  it('waits no longer than to its deadline', async () => {
    const { response, got } = await start([{}, hurried], trusting);
    pass(150);
    expect(await got[1]).toMatchObject({ status: 504 });
    response({ body: 'one' });
    expect(await got[0]).toMatchObject({ status: 200, body: 'one' });
  });

  it('does not affect the others when it began the call', async () => {
    const { response, got, waiting } = await start([hurried, {}], trusting);
    pass(150);
    expect(await got[0]).toMatchObject({ status: 504 });
    await runUntil(() => waiting.length === 2);
    response({ body: 'one' });
    expect(await got[1]).toMatchObject({ status: 200, body: 'one' });
  });

  it('causes no further call when the service itself was too slow', async () => {
    const patient: TestRequest = { headers: { 'x-envoy-expected-rq-timeout-ms': '10000' } };
    const policy = 'trustProxy: true\npolicy: { attemptTimeout: 100, retry: { attempts: 0 } }';
    const { got, upstream } = await start([patient, {}], policy);
    pass(100);
    for (const one of got) expect(await one).toMatchObject({ status: 504 });
    expect(upstream.requests).toHaveLength(1);
  });

  it('leaves the others the stored response when their own calls fail', async () => {
    const policy = 'trustProxy: true\npolicy: { attemptTimeout: 400, retry: { attempts: 0 } }';
    const { ask, upstream, arrived } = await startCachedGateway({ config: policy });
    upstream.respond = respondWith(() => ({
      headers: { 'Cache-Control': 'max-age=0, stale-if-error=600' },
      body: 'stored',
    }));
    await ask();
    upstream.respond = () => {};
    const got = [ask(hurried)];
    await arrived(2);
    got.push(ask());
    await arrived(3);
    pass(150);
    await runUntil(() => upstream.requests.length === 3);
    pass(400);
    for (const one of got) expect(await one).toMatchObject({ status: 200, body: 'stored' });
    expect(upstream.requests).toHaveLength(3);
  });
});
