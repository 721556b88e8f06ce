/** What a cache reports and counts, for each state of what it stores. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Problem, type ProblemType } from '../../../src/contract/problem.ts';
import {
  badRequest,
  circuitOpen,
  overloaded,
  serviceUnreachable,
  upstreamTimeout,
} from '../../../src/contract/problems.ts';
import { CallAborted } from '../../../src/outbound/call/call-errors.ts';
import type { CallStats, OutboundRequest } from '../../../src/outbound/call/types.ts';
import { UpstreamResponse } from '../../../src/outbound/call/upstream-response.ts';
import { CachedTarget } from '../../../src/outbound/http-cache/cached-target.ts';
import { ServiceCache } from '../../../src/outbound/http-cache/service-cache.ts';
import { CacheStatistics } from '../../../src/outbound/http-cache/statistics.ts';
import { MemoryStore } from '../../../src/outbound/http-cache/store/memory-store.ts';

let now = 0;
let clock = 0;
beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  clock = 1000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => void jest.restoreAllMocks());

type Fields = Readonly<Record<string, string>>;
const raw = (fields: Fields): string[] => Object.entries(fields).flat();
const response = (fields: Fields, status = 200, body = 'one') =>
  UpstreamResponse.whole(status, [...raw(fields), 'Date', new Date(now).toUTCString()], Buffer.from(body));
const FRESH = { 'Cache-Control': 'max-age=10' };

const start = ({ grace = { staleWhileRevalidate: 0, staleIfError: 0 } } = {}) => {
  const calls: OutboundRequest[] = [];
  let aborted = 0;
  const scripted = {
    respond: (_request: OutboundRequest): UpstreamResponse | Promise<UpstreamResponse> => response(FRESH),
  };
  const target = {
    name: 'things',
    urls: ['http://things'],
    start: (request: OutboundRequest) => {
      calls.push(request);
      return {
        response: Promise.resolve().then(() => scripted.respond(request)),
        abort: () => {
          aborted += 1;
        },
      };
    },
    send: () => Promise.reject(new Error('is not called')),
  };
  const statistics = new CacheStatistics();
  const cache = new ServiceCache({
    service: 'things',
    epoch: 'e',
    store: new MemoryStore(100_000),
    maxBodyBytes: 1000,
  });
  const cached = new CachedTarget({
    target: target as never,
    cache: cache,
    statistics,
    stalePolicy: grace,
    credentials: { headers: new Set(), query: new Set(), isHidden: false },
  });
  const begin = (headers: Fields = {}, more: Partial<OutboundRequest> = {}) =>
    cached.start({ method: 'GET', path: '/x', headers: raw(headers), ...more });
  const ask = (headers?: Fields, more?: Partial<OutboundRequest>) => begin(headers, more).response;
  const cacheStatus = async (headers?: Fields, more?: Partial<OutboundRequest>) =>
    (await ask(headers, more)).header('cache-status');
  return { calls, scripted, statistics, cached, begin, ask, cacheStatus, aborted: () => aborted };
};
const turns = async () => {
  for (let n = 0; n < 5; n++) await new Promise(setImmediate);
};

describe('A second request', () => {
  it.each<
    [
      cachedFields: Fields,
      seconds: number,
      first: Fields,
      second: Fields,
      status: string,
      calls: number,
      counted: object,
    ]
  >([
    [FRESH, 0, {}, {}, 'hit; ttl=10', 1, { hits: 1, misses: 1 }],
    [FRESH, 9, {}, {}, 'hit; ttl=1', 1, { hits: 1, misses: 1 }],
    [FRESH, 10, {}, {}, 'fwd=stale; stored; ttl=10', 2, { misses: 2 }],
    [FRESH, 0, {}, { 'Cache-Control': 'no-cache' }, 'fwd=request; stored; ttl=10', 2, { misses: 2 }],
    [FRESH, 30, {}, { 'Cache-Control': 'max-stale' }, 'hit; ttl=-20', 1, { stale: 1, misses: 1 }],
    [{ ...FRESH, Vary: 'a' }, 0, { a: '1' }, { a: '2' }, 'fwd=vary-miss; stored; ttl=10', 2, { misses: 2 }],
    [{ ...FRESH, Vary: 'a' }, 0, { a: '1' }, { a: '1' }, 'hit; ttl=10', 1, { hits: 1, misses: 1 }],
    [FRESH, 0, {}, { Authorization: 'x' }, 'fwd=miss', 2, { misses: 2 }],
    [{ 'Cache-Control': 'no-store' }, 0, {}, {}, 'fwd=uri-miss', 2, { misses: 2 }],
    [FRESH, 0, {}, { 'Cache-Control': 'no-store' }, 'fwd=bypass', 2, { misses: 1 }],
    [FRESH, 0, {}, { Range: 'bytes=0-1' }, 'fwd=bypass', 2, { misses: 1 }],
  ])(
    'after %j, %d s later, with %j and then %j, is "%s"',
    async (cachedFields, seconds, first, second, status, calls, counted) => {
      const { scripted, cacheStatus, calls: made, statistics } = start();
      scripted.respond = () => response(cachedFields);
      await cacheStatus(first);
      now += seconds * 1000;
      expect(await cacheStatus(second)).toBe(`linkway; ${status}`);
      expect(made).toHaveLength(calls);
      expect({ ...statistics }).toEqual({ ...new CacheStatistics(), ...counted });
    },
  );

  it('is a miss when a stored response matches and the client may not have it', async () => {
    const { scripted, cacheStatus } = start();
    scripted.respond = () => response({ ...FRESH, Vary: 'a' });
    for (const a of ['1', '2']) await cacheStatus({ a });
    expect(await cacheStatus({ a: '1', Authorization: 'x' })).toBe('linkway; fwd=miss');
    expect(await cacheStatus({ a: '3', Authorization: 'x' })).toBe('linkway; fwd=vary-miss');
  });

  it.each([
    [0, undefined],
    [1, '1'],
    [2, '2'],
  ])('gets for a response of %d s the age %s', async (age, reported) => {
    const { scripted, ask } = start();
    scripted.respond = () => response({ ...FRESH, Age: String(age) });
    expect((await ask()).header('age')).toBe(reported);
  });

  it('of an unsafe method is forwarded, and invalidates the resource', async () => {
    const { cacheStatus, calls } = start();
    expect(await cacheStatus()).toBe('linkway; fwd=uri-miss; stored; ttl=10');
    expect(await cacheStatus({}, { path: '/y' })).toBe('linkway; fwd=uri-miss; stored; ttl=10');
    expect(await cacheStatus({}, { method: 'PUT', body: Buffer.from('x') })).toBe('linkway; fwd=method');
    expect(await cacheStatus()).toBe('linkway; fwd=uri-miss; stored; ttl=10');
    expect(await cacheStatus({}, { path: '/y' })).toBe('linkway; hit; ttl=10');
    expect(calls).toHaveLength(4);
  });

  it('of an unsafe method keeps a response in flight from being stored', async () => {
    const { scripted, ask, cacheStatus } = start();
    const before = Promise.withResolvers<UpstreamResponse>();
    scripted.respond = ({ method }) => (method === 'GET' ? before.promise : response({}));
    const first = ask();
    await turns();
    await ask({}, { method: 'DELETE' });
    before.resolve(response(FRESH));
    expect((await first).header('cache-status')).not.toContain('stored');
    scripted.respond = () => response(FRESH);
    expect(await cacheStatus()).toBe('linkway; fwd=uri-miss; stored; ttl=10');
  });

  it('gets the confirmed response with its age', async () => {
    const { scripted, ask, calls, statistics } = start();
    scripted.respond = () => response({ ...FRESH, ETag: '"1"' });
    await ask();
    now += 12_000;
    scripted.respond = () => response({ ...FRESH, ETag: '"1"' }, 304, '');
    const received = await ask();
    expect(received.header('cache-status')).toBe('linkway; fwd=stale; fwd-status=304; stored; ttl=10');
    expect([received.status, received.header('age'), String(await received.collect(10))]).toEqual([
      200,
      '0',
      'one',
    ]);
    expect(calls[1]?.headers.map((text) => text.toLowerCase())).toContain('if-none-match');
    expect({ ...statistics }).toEqual({ ...new CacheStatistics(), misses: 1, revalidated: 1 });
  });

  it('with only-if-cached gets the stored response or a problem', async () => {
    const { ask, cacheStatus, calls } = start();
    const only = { 'Cache-Control': 'only-if-cached' };
    await expect(ask(only)).rejects.toThrow('no stored response');
    await ask();
    expect(await cacheStatus(only)).toBe('linkway; hit; ttl=10');
    now += 10_000;
    await expect(ask(only)).rejects.toThrow('no stored response');
    expect(calls).toHaveLength(1);
  });

  it('after an invalid response calls the service again', async () => {
    const { ask, cacheStatus } = start();
    await ask();
    const hit = await ask();
    hit.onInvalid?.();
    await turns();
    expect(await cacheStatus()).toBe('linkway; fwd=uri-miss; stored; ttl=10');
  });

  it('records how the cache handled its first call only', async () => {
    const { ask } = start();
    const stats = { attempts: 0, breaker: '', cache: '' } as CallStats;
    await ask({}, { stats });
    await ask({}, { stats });
    expect(stats.cache).toBe('miss');
  });

  it('gets the stale response during its revalidation, which has a deadline of its own', async () => {
    const { scripted, ask, cacheStatus, calls } = start({
      grace: { staleWhileRevalidate: 5, staleIfError: 0 },
    });
    await ask();
    now += 12_000;
    scripted.respond = () => response(FRESH, 200, 'two');
    expect(await cacheStatus({}, { deadline: 2000 })).toBe('linkway; hit; ttl=-2');
    await turns();
    expect([calls.length, calls[1]?.deadline]).toEqual([2, undefined]);
    expect(String(await (await ask()).collect(10))).toBe('two');
    // The next request revalidates the response again.
    now += 12_000;
    await ask();
    await turns();
    expect(calls).toHaveLength(3);
  });
});

describe('While a service fails', () => {
  const grace = { staleWhileRevalidate: 0, staleIfError: 60 };
  const problem = (type: ProblemType) => new Problem(type, 'It failed.', { headers: { A: 'b' } });

  it.each<[string, () => UpstreamResponse, string]>([
    ['a 503', () => response({}, 503), 'linkway; fwd=stale; fwd-status=503; ttl=-2'],
    ...(
      [
        [serviceUnreachable, 'linkway; fwd=stale; ttl=-2; detail=service-unreachable'],
        [upstreamTimeout, 'linkway; fwd=stale; ttl=-2; detail=upstream-timeout'],
        [circuitOpen, 'linkway; hit; ttl=-2; detail=circuit-open'],
        [overloaded, 'linkway; hit; ttl=-2; detail=overloaded'],
      ] as const
    ).map(([type, status]): [string, () => UpstreamResponse, string] => [
      type.code,
      () => {
        throw problem(type);
      },
      status,
    ]),
  ])('a stale response is used for %s', async (_what, respond, status) => {
    const { scripted, ask, cacheStatus, statistics } = start({ grace });
    await ask();
    now += 12_000;
    scripted.respond = respond;
    expect(await cacheStatus()).toBe(status);
    expect(statistics.stale).toBe(1);
  });

  it('a response that is too old is not used, and the problem says what the cache did', async () => {
    const { scripted, ask, cacheStatus } = start({ grace });
    await ask();
    now += 90_000;
    scripted.respond = () => {
      throw problem(serviceUnreachable);
    };
    const error = await ask().catch((reason) => reason);
    expect(error).toMatchObject({
      type: serviceUnreachable,
      headers: { A: 'b', 'Cache-Status': 'linkway; fwd=stale; detail=service-unreachable' },
    });
    scripted.respond = () => response({}, 503);
    expect(await cacheStatus()).toBe('linkway; fwd=stale');
  });

  it.each([
    ['a fault of the request', new Problem(badRequest, 'no')],
    ['one that leaves', new CallAborted()],
    ['a fault here', new Error('fault')],
  ])('%s is passed on unchanged', async (_what, error) => {
    const { scripted, ask } = start({ grace });
    await ask();
    now += 12_000;
    scripted.respond = () => Promise.reject(error);
    await expect(ask()).rejects.toBe(error);
  });
});

describe('Identical simultaneous requests', () => {
  const both = async (responses: (() => UpstreamResponse)[], deadlines: (number | undefined)[] = []) => {
    const system = start();
    const ready = Promise.withResolvers<void>();
    system.scripted.respond = async () => {
      await ready.promise;
      return (responses.shift() as () => UpstreamResponse)();
    };
    const all = [0, 1].map((index) =>
      system.ask({}, deadlines[index] === undefined ? {} : { deadline: deadlines[index] }).then(
        (received) => received.header('cache-status'),
        (error: Problem) => error.type.code,
      ),
    );
    await turns();
    return { ...system, all: () => Promise.all(all), ready: () => ready.resolve() };
  };
  const late = () => {
    throw new Problem(upstreamTimeout, 'late');
  };
  const ok = () => response(FRESH);

  it('share a call', async () => {
    const { all, ready, calls, statistics } = await both([ok]);
    ready();
    expect(await all()).toEqual([
      'linkway; fwd=uri-miss; stored; ttl=10',
      'linkway; fwd=uri-miss; stored; collapsed; ttl=10',
    ]);
    expect([calls.length, statistics.misses, statistics.shared]).toEqual([1, 1, 1]);
  });

  it('make calls of their own when they may not share the response', async () => {
    const alone = () => response({ 'Cache-Control': 'private' });
    const { all, ready, calls, statistics } = await both([alone, alone]);
    ready();
    expect(await all()).toEqual(['linkway; fwd=uri-miss', 'linkway; fwd=uri-miss']);
    expect([calls.length, statistics.misses]).toEqual([2, 2]);
  });

  it.each<[string, () => UpstreamResponse, number, number, string]>([
    ['the first had no more time', late, 1020, 5000, 'linkway; fwd=uri-miss'],
    ['the first had time', late, 1021, 5000, 'upstream-timeout'],
    ['neither has time', late, 1010, 1000, 'upstream-timeout'],
    [
      'it failed otherwise',
      () => {
        throw new Problem(serviceUnreachable, 'no');
      },
      1000,
      5000,
      'service-unreachable',
    ],
  ])('make a second call only when %s', async (_what, first, deadline, second, expected) => {
    const { all, ready, calls } = await both([first, ok], [deadline, second]);
    ready();
    expect((await all())[1]).toBe(expected);
    expect(calls).toHaveLength(expected.startsWith('linkway') ? 2 : 1);
  });

  it('end their call when the last client leaves', async () => {
    const { scripted, begin, aborted } = start();
    scripted.respond = () => new Promise(() => {});
    const all = [begin(), begin()];
    for (const { response: received } of all) received.catch(() => {});
    await turns();
    const counts: number[] = [];
    for (const one of all) {
      one.abort();
      counts.push(aborted());
    }
    expect(counts).toEqual([0, 1]);
  });
});
