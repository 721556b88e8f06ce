/** The store stays within its limit, and evicts the least recently used responses first. */
import { expect, it } from '@jest/globals';
import { MemoryStore } from '../../../../src/outbound/http-cache/store/memory-store.ts';
import { keyOf } from '../../../../src/outbound/http-cache/store/store.ts';
import { StoredResponse } from '../../../../src/outbound/http-cache/stored-response.ts';

const KB = 1024;

const stored = (bytes: number) =>
  new StoredResponse({
    status: 200,
    headers: ['A', 'b'],
    body: Buffer.alloc(bytes),
    selecting: [],
    receivedAt: 0,
    initialAge: 0,
  });

const key = (index: number) => keyOf('things', 'e', `/x/${index}`);

it('The memory store never exceeds its size', () => {
  const store = new MemoryStore(100 * KB);
  for (let index = 0; index < 10_000; index++) {
    store.set(key(index), [stored((index * 37) % (8 * KB)), stored(1)]);
    expect(store.sizeOf('things').bytes).toBeLessThanOrEqual(100 * KB);
  }
  expect(store.sizeOf('things').entries).toBeGreaterThan(10);
});

it('The memory store drops the least recently used responses first', () => {
  const store = new MemoryStore(10 * KB);
  for (const index of [1, 2, 3]) store.set(key(index), [stored(2 * KB)]);
  expect(store.get(key(1)).responses).toHaveLength(1);
  store.set(key(4), [stored(2 * KB)]);
  expect([1, 2, 3, 4].map((index) => store.get(key(index)).responses.length)).toEqual([1, 0, 1, 1]);
});

it('A response that is larger than the memory store displaces no other, and replaces its predecessor', () => {
  const store = new MemoryStore(10 * KB);
  store.set(key(1), [stored(KB)]);
  store.set(key(2), [stored(KB)]);
  store.set(key(2), [stored(20 * KB)]);
  expect([1, 2].map((index) => store.get(key(index)).responses.length)).toEqual([1, 0]);
});

it('The size of the memory store is zero after all responses are deleted', () => {
  const store = new MemoryStore(100 * KB);
  for (let index = 0; index < 10; index++) store.set(key(index % 3), [stored(index)]);
  for (let index = 0; index < 3; index++) store.delete(key(index));
  expect(store.sizeOf('things')).toEqual({ entries: 0, bytes: 0 });
});

it.each<[what: string, key: string, headers: string[], selecting: [string, string | null][], bytes: number]>([
  ['nothing but itself', 'a e ', [], [], 512 + 8],
  ['a key', 'a e /x/1', [], [], 512 + 16],
  ['headers', 'a e ', ['A', 'bcd'], [], 512 + 8 + 8],
  [
    'fields that it is chosen by',
    'a e ',
    [],
    [
      ['ab', 'c'],
      ['d', null],
    ],
    512 + 8 + 8,
  ],
])('The size of a response includes %s', (_what, place, headers, selecting, bytes) => {
  const body = Buffer.alloc(100);
  const one = new StoredResponse({ status: 200, headers, body, selecting, receivedAt: 0, initialAge: 0 });
  const all = bytes + body.length;
  const store = new MemoryStore(all);
  store.set(place, [one]);
  expect(store.sizeOf('a')).toEqual({ entries: 1, bytes: all });
  // There is room for two such responses, but not with one byte less.
  store.set(place, [one]);
  expect(store.sizeOf('a')).toEqual({ entries: 1, bytes: all });
  const small = new MemoryStore(all - 1);
  small.set(place, [one]);
  expect(small.sizeOf('a')).toEqual({ entries: 0, bytes: 0 });
});

it('The memory store drops no more than necessary, and counts each service separately', () => {
  const size = (service: string) => store.sizeOf(service);
  const one = stored(100);
  const place = (service: string, index: number) => keyOf(service, 'e', `/${index}`);
  const probe = new MemoryStore(10 * KB);
  probe.set(place('a', 1), [one]);
  const { bytes } = probe.sizeOf('a');
  const store = new MemoryStore(3 * bytes);
  for (const [service, index] of [
    ['a', 1],
    ['a', 2],
    ['b', 1],
  ] as const)
    store.set(place(service, index), [one]);
  expect([size('a'), size('b'), size('c')]).toEqual([
    { entries: 2, bytes: 2 * bytes },
    { entries: 1, bytes },
    { entries: 0, bytes: 0 },
  ]);
  store.set(place('b', 2), [one]);
  expect([size('a').entries, size('b').entries]).toEqual([1, 2]);
  expect(store.get(place('a', 2)).responses).toEqual([one]);
  expect(store.get(place('a', 1))).toEqual({ responses: [], state: '' });
});
