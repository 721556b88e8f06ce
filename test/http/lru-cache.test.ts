import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LruCache } from '../../src/http/lru-cache.ts';

const made: string[] = [];
const cacheOf = (maxBytes: number) =>
  new LruCache<string>({ maxBytes, bytesOf: (_, text) => Buffer.byteLength(text) });

/** Reads a value as users of the cache do: a missing value is created and stored. */
const get = (cache: LruCache<string>, key: string, count = 10) => {
  let text = cache.get(key);
  if (text === undefined) {
    made.push(key);
    text = key.repeat(count);
    cache.set(key, text);
  }
  expect(text).toBe(key.repeat(count));
};

it('A cache keeps the most recently used values up to its size', () => {
  const cache = cacheOf(30);
  for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) get(cache, key);
  expect(made.splice(0)).toEqual(['a', 'b', 'c']);

  get(cache, 'a');
  get(cache, 'd');
  for (const key of ['a', 'c', 'd']) get(cache, key);
  expect(made.splice(0)).toEqual(['d']);
  get(cache, 'b');
  expect(made.splice(0)).toEqual(['b']);
});

it('A value that is larger than the cache in bytes is not stored', () => {
  const cache = cacheOf(30);
  get(cache, 'a');
  get(cache, 'ü', 16);
  get(cache, 'ü', 16);
  get(cache, 'a');
  expect(made.splice(0)).toEqual(['a', 'ü', 'ü']);
  get(cache, 'b', 30);
  get(cache, 'b', 30);
  expect(made.splice(0)).toEqual(['b']);
});

it('A value that is too large removes the previous value of its key and no other', () => {
  const cache = cacheOf(10);
  cache.set('a', 'aaa');
  cache.set('b', 'bbb');
  cache.set('b', 'b'.repeat(11));
  expect([cache.get('a'), cache.get('b')]).toEqual(['aaa', undefined]);
});

it('The reported changes add up to the stored bytes, and never exceed the size', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    fc.record({ name: fc.constant('set' as const), key, bytes: fc.nat(12) }),
    fc.record({ name: fc.constantFrom('get' as const, 'delete' as const), key, bytes: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let total = 0;
      const held = new Map<string, number>();
      const cache = new LruCache<number>({
        maxBytes: 20,
        bytesOf: (_, value) => value + 1,
        onChange: (changed, value, bytes) => {
          total += bytes;
          expect(Math.abs(bytes)).toBe(value + 1);
          if (bytes > 0) held.set(changed, value);
          else held.delete(changed);
        },
      });
      for (const { name, key: one, bytes } of steps) {
        if (name === 'set') {
          cache.set(one, bytes);
          expect(cache.get(one)).toBe(bytes);
        } else if (name === 'delete') {
          cache.delete(one);
          expect(cache.get(one)).toBeUndefined();
        } else cache.get(one);
        expect(total).toBeLessThanOrEqual(20);
      }
      expect([...held.values()].reduce((sum, value) => sum + value + 1, 0)).toBe(total);
      for (const one of ['a', 'b', 'c', 'd']) expect(cache.get(one)).toBe(held.get(one));
    }),
  );
});
