/** The state that the caches of all services of a gateway share. */
import { expect, it, jest } from '@jest/globals';
import { Cache } from '../../../src/outbound/http-cache/cache.ts';
import { MemoryStore } from '../../../src/outbound/http-cache/store/memory-store.ts';
import { keyOf } from '../../../src/outbound/http-cache/store/store.ts';
import { StoredResponse } from '../../../src/outbound/http-cache/stored-response.ts';

const config = (size: number, more: object = {}) => ({ size, ...more }) as never;
const quiet = () => {};

it('The store stays the same while its size and its place do', async () => {
  const cache = new Cache();
  const store = cache.store(config(1000, { entry: 1 }), quiet);
  expect(store).toBeInstanceOf(MemoryStore);
  expect(cache.store(config(1000, { entry: 2 }), quiet)).toBe(store);
  const close = jest.fn(async () => {});
  store.close = close;
  const other = cache.store(config(2000), quiet);
  expect(other).not.toBe(store);
  expect(close).toHaveBeenCalledTimes(1);
  expect(cache.store(config(2000), quiet)).toBe(other);
  expect(cache.store(config(1000), quiet)).not.toBe(store);
});

it('The store is closed with the cache, and a cache without a store can be closed', async () => {
  await new Cache().close();
  const cache = new Cache();
  const close = jest.fn(async () => {});
  cache.store(config(1000), quiet).close = close;
  await cache.close();
  expect(close).toHaveBeenCalledTimes(1);
});

it('Each service has lasting statistics and a size of its own', () => {
  const cache = new Cache();
  const counts = { hits: 0, misses: 0, stale: 0, revalidated: 0, shared: 0 };
  cache.statistics('a').count('hit');
  expect(cache.statistics('a')).toBe(cache.statistics('a'));
  // The size is unknown without a store.
  expect([cache.snapshot('a'), cache.snapshot('b')]).toEqual([{ ...counts, hits: 1 }, counts]);
  const one = new StoredResponse({
    status: 200,
    headers: [],
    body: Buffer.alloc(9),
    selecting: [],
    receivedAt: 0,
    initialAge: 0,
  });
  cache.store(config(10_000), quiet).set(keyOf('a', 'e', '/'), [one], '');
  expect(cache.snapshot('a')).toEqual({ ...counts, hits: 1, entries: 1, bytes: expect.any(Number) });
  expect(cache.snapshot('b')).toEqual({ ...counts, entries: 0, bytes: 0 });
});

it.each([
  ['hit', 'hits'],
  ['miss', 'misses'],
  ['stale', 'stale'],
  ['revalidated', 'revalidated'],
  ['shared', 'shared'],
] as const)('A %s is counted among the %s, and nowhere else', (outcome, name) => {
  const statistics = new Cache().statistics('a');
  statistics.count(outcome);
  statistics.count(outcome);
  expect({ ...statistics }).toEqual({ hits: 0, misses: 0, stale: 0, revalidated: 0, shared: 0, [name]: 2 });
});
