/** Gateways that count together in a Redis server, also while it is away. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { RedisRateStore } from '../../../src/outbound/rate-limits/redis-rate-store.ts';
import { eventually } from '../../support/eventually.ts';
import { testClock, testLimiter } from '../../support/rate-limits.ts';
import { itWithRedis, startRedis, type TestRedis } from '../../support/redis.ts';

let redis: TestRedis | undefined;
const stores: RedisRateStore[] = [];
const told: string[] = [];

beforeEach(() => {
  told.splice(0);
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.release()));
  await redis?.stop();
  redis = undefined;
});

/** By default a gateway waits long for a server that works, because the machine may be busy. */
function connect(url: string, timeout = 10_000): RedisRateStore {
  const store = new RedisRateStore({
    url,
    timeout,
    onAway: () => told.push('away'),
    onBack: () => told.push('back'),
  });
  store.retain();
  stores.push(store);
  return store;
}

const charge = { key: 'ready', rate: 1, capacity: 1e6, cost: 1, level: 0, lifetime: 0 };
const untilReady = (store: RedisRateStore) =>
  eventually('the store responds', async () => (await store.charge([charge])) !== undefined);

/** Two gateways whose clocks stand still, so that nothing comes back in memory. */
async function startTwo(
  rule: { quota: number; window: string; burst?: number },
  { timeout, ...more }: { timeout?: number; storeFailure?: string } = {},
) {
  redis = await startRedis();
  const { url } = redis;
  const gateways = [connect(url, timeout), connect(url, timeout)].map((store) => ({
    store,
    ...testLimiter([rule], { store, clock: testClock(Date.now()), more }),
  }));
  for (const { store } of gateways) await untilReady(store);
  // The first gateway has announced itself before the second one.
  for (const { store } of gateways)
    await eventually('both gateways are known', async () => {
      await store.charge([charge]);
      return store.gateways === 2;
    });
  told.splice(0);
  return gateways;
}

const KEYS = Array.from({ length: 10 }, (_, index) => `10.0.0.${index}`);

itWithRedis(
  'Two gateways together allow quota and burst, and one local share after the server is killed',
  async () => {
    const gateways = await startTwo({ quota: 3, window: '24h', burst: 19 });
    const allowed = new Map(KEYS.map((key) => [key, 0]));
    const sendAll = async (rounds: number) => {
      for (let round = 0; round < rounds; round++)
        await Promise.all(
          gateways.flatMap(({ sendShared }) =>
            KEYS.map(async (key) => {
              if ((await sendShared(key)) === undefined) allowed.set(key, (allowed.get(key) ?? 0) + 1);
            }),
          ),
        );
    };
    // A part is used up before, each by both gateways.
    await sendAll(6);
    expect([...allowed.values()]).toEqual(KEYS.map(() => 12));
    const killed = redis?.stop();
    await sendAll(30);
    await killed;
    const share = 20 / 2;
    for (const count of allowed.values()) {
      expect(count).toBeGreaterThan(12);
      expect(count).toBeLessThanOrEqual(3 + 19 + share);
    }
    expect(told).toEqual(['away', 'away']);
    for (const { limiter } of gateways) {
      expect(limiter.snapshot()).toMatchObject({ store: 'shared', isStoreAway: true, gateways: 2 });
      expect(limiter.snapshot().fallbacks).toBeGreaterThan(0);
    }
  },
);

itWithRedis('A gateway that never saw a key allows its share of the limit, and nothing more', async () => {
  const gateways = await startTwo({ quota: 3, window: '24h', burst: 19 });
  const [first, second] = gateways;
  let allowed = 0;
  for (let count = 0; count < 30; count++) allowed += Number((await first?.sendShared('a')) === undefined);
  expect(allowed).toBe(20);
  await redis?.stop();
  for (let count = 0; count < 30; count++) {
    allowed += Number((await first?.sendShared('a')) === undefined);
    allowed += Number((await second?.sendShared('a')) === undefined);
  }
  expect(allowed).toBe(20 + 20 / 2);
});

itWithRedis(
  'A calendar quota is shared as well, and after the server is killed each gateway has its share',
  async () => {
    const [first, second] = await startTwo({ quota: 20, window: 'month' });
    let allowed = 0;
    for (let count = 0; count < 10; count++) {
      allowed += Number((await first?.sendShared('a')) === undefined);
      allowed += Number((await second?.sendShared('a')) === undefined);
    }
    expect(allowed).toBe(20);
    expect((await second?.sendShared('a'))?.status).toBe(429);
    await redis?.stop();
    for (let count = 0; count < 10; count++) {
      expect((await first?.sendShared('a'))?.status).toBe(429);
      expect((await second?.sendShared('a'))?.status).toBe(429);
    }
  },
);

itWithRedis('A server that has lost its data learns from the gateways what is used up', async () => {
  const [first, second] = await startTwo({ quota: 3, window: '24h', burst: 9 });
  for (let count = 0; count < 10; count++) expect(await first?.sendShared('a')).toBeUndefined();
  await redis?.restart();
  for (const gateway of [first, second])
    await eventually('the store responds', async () => {
      await gateway?.store.charge([charge]);
      return gateway?.store.isAway === false;
    });
  expect((await first?.sendShared('a'))?.status).toBe(429);
  expect((await second?.sendShared('a'))?.status).toBe(429);
});

itWithRedis('A request that one limit refuses is not charged by the others', async () => {
  redis = await startRedis();
  const store = connect(redis.url);
  await untilReady(store);
  const wide = { ...charge, key: 'wide', rate: 0, capacity: 10, lifetime: 60_000 };
  const narrow = { ...wide, key: 'narrow', capacity: 1 };
  expect(await store.charge([wide, narrow])).toEqual({ isAllowed: true, levels: [1, 1] });
  expect(await store.charge([wide, narrow])).toEqual({ isAllowed: false, levels: [1, 1] });
  expect(await store.charge([wide])).toEqual({ isAllowed: true, levels: [2] });
});

itWithRedis('The server allows the steady rate and the burst, by its own clock', async () => {
  redis = await startRedis();
  const store = connect(redis.url);
  await untilReady(store);
  const [rate, capacity] = [1, 20];
  let allowed = 0;
  const begin = performance.now();
  let last = begin;
  for (let count = 0; count < 300; count++) {
    const result = await store.charge([{ ...charge, key: 'fast', rate, capacity }]);
    last = performance.now();
    allowed += Number(result?.isAllowed ?? false);
  }
  // At most the burst and what came back in the meantime.
  expect(allowed).toBeLessThanOrEqual(capacity + rate * (last - begin));
  expect(allowed).toBeGreaterThanOrEqual(capacity);
});

itWithRedis('With storeFailure refuse, requests get 503 while the server is away', async () => {
  const [first] = await startTwo({ quota: 3, window: '1m' }, { storeFailure: 'refuse' });
  await redis?.stop();
  const problem = await first?.sendShared('a');
  expect([problem?.status, problem?.type.code]).toEqual([503, 'rate-limits-unavailable']);
  expect(problem?.headers['Retry-After']).toBe('1');
});

itWithRedis('A server that does not respond delays three requests for a moment, and then none', async () => {
  const [first] = await startTwo({ quota: 100, window: '1h' }, { timeout: 200 });
  redis?.pause();
  for (let count = 0; count < 3; count++) expect(await first?.sendShared('a')).toBeUndefined();
  expect(told).toEqual(['away']);
  // This decision is synchronous.
  expect(first?.send('a')).toBeUndefined();
  await redis?.stop();
});

it('Without any server, each gateway counts on its own', async () => {
  const store = connect('redis://127.0.0.1:1');
  const { sendShared } = testLimiter([{ quota: 3, window: '1h', burst: 2 }], { store, clock: testClock() });
  const statuses: unknown[] = [];
  for (let count = 0; count < 6; count++) statuses.push((await sendShared('a'))?.status);
  expect(statuses).toEqual([undefined, undefined, undefined, 429, 429, 429]);
});
