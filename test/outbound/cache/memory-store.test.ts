/** What is kept takes no more than it may, and what was used longest ago goes first. */
import { expect, it } from '@jest/globals';
import { MemoryStore } from '../../../src/outbound/cache/memory-store.ts';
import { keyOf } from '../../../src/outbound/cache/store.ts';
import { Stored } from '../../../src/outbound/cache/stored.ts';

const KB = 1024;

const stored = (bytes: number) =>
  new Stored({
    ...{ status: 200, headers: ['A', 'b'], body: Buffer.alloc(bytes), selecting: [] },
    ...{ receivedAt: 0, initialAge: 0 },
  });

const key = (index: number) => keyOf('things', 'e', `/x/${index}`);

it('never takes more than its size, however much there is to keep', () => {
  const store = new MemoryStore(100 * KB);
  for (let index = 0; index < 10_000; index++) {
    store.set(key(index), [stored((index * 37) % (8 * KB)), stored(1)]);
    expect(store.sizeOf('things').bytes).toBeLessThanOrEqual(100 * KB);
  }
  expect(store.sizeOf('things').entries).toBeGreaterThan(10);
});

it('what was used longest ago goes first', () => {
  const store = new MemoryStore(10 * KB);
  for (const index of [1, 2, 3]) store.set(key(index), [stored(2 * KB)]);
  expect(store.get(key(1)).answers).toHaveLength(1);
  store.set(key(4), [stored(2 * KB)]);
  expect([1, 2, 3, 4].map((index) => store.get(key(index)).answers.length)).toEqual([1, 0, 1, 1]);
});

it('one that is larger than all there is room for drives nothing out, and does not stay as it was', () => {
  const store = new MemoryStore(10 * KB);
  store.set(key(1), [stored(KB)]);
  store.set(key(2), [stored(KB)]);
  store.set(key(2), [stored(20 * KB)]);
  expect([1, 2].map((index) => store.get(key(index)).answers.length)).toEqual([1, 0]);
});

it('counts back to nothing when all is forgotten', () => {
  const store = new MemoryStore(100 * KB);
  for (let index = 0; index < 10; index++) store.set(key(index % 3), [stored(index)]);
  for (let index = 0; index < 3; index++) store.delete(key(index));
  expect(store.sizeOf('things')).toEqual({ entries: 0, bytes: 0 });
});
