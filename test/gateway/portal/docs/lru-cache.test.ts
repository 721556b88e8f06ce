import { expect, it } from '@jest/globals';
import { LruCache } from '../../../../src/gateway/portal/docs/lru-cache.ts';
import { entity } from '../../../../src/http/page/entity.ts';

const created: string[] = [];
const get = (recent: LruCache, key: string, bytes = 10) => {
  const make = () => {
    created.push(key);
    return entity('text/plain', key.repeat(bytes));
  };
  const { body } = recent.get(key) ?? recent.set(key, make());
  expect(String(body)).toBe(key.repeat(bytes));
};

it('The cache keeps the most recently used entries that fit', () => {
  const recent = new LruCache(30);
  for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) get(recent, key);
  expect(created.splice(0)).toEqual(['a', 'b', 'c']);

  get(recent, 'a');
  get(recent, 'd');
  for (const key of ['a', 'c', 'd']) get(recent, key);
  expect(created.splice(0)).toEqual(['d']);
  get(recent, 'b');
  expect(created.splice(0)).toEqual(['b']);
});

it('The cache does not keep an entry with more bytes than its capacity', () => {
  const recent = new LruCache(30);
  get(recent, 'a');
  get(recent, 'ü', 16);
  get(recent, 'ü', 16);
  get(recent, 'a');
  expect(created.splice(0)).toEqual(['a', 'ü', 'ü']);
  get(recent, 'b', 30);
  get(recent, 'b', 30);
  expect(created.splice(0)).toEqual(['b']);
});
