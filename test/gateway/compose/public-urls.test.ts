import { describe, expect, it } from '@jest/globals';
import { PublicUrls } from '../../../src/gateway/compose/public-urls.ts';

const OWN = 'https://shop.internal';
const HERE = 'https://api.example';
const urls = () => {
  let dropped = 0;
  const made = new PublicUrls({
    prefixes: [`${OWN}/`, `${OWN}/v2`],
    serves: (path) => path.startsWith('/books'),
    onDropped: () => {
      dropped += 1;
    },
  });
  return {
    body: (value: unknown) => [made.body(value, HERE), dropped],
    headers: (raw: string[]) => made.headers(raw, HERE),
  };
};

describe('URLs of a service in a body', () => {
  it.each<[string, unknown, unknown, number]>([
    ['alone', `${OWN}/books/1`, `${HERE}/books/1`, 0],
    ['with the longest prefix', `${OWN}/v2/books?a#b`, `${HERE}/books?a#b`, 0],
    ['beside others in a list', ['a', `${OWN}/books/1`, 'b'], ['a', `${HERE}/books/1`, 'b'], 0],
    ['in a list from which one goes', [`${OWN}/x`, 'b', 5], ['b', 5], 1],
    ['in an object from which one goes', { a: `${OWN}/x`, b: 1 }, { b: 1 }, 1],
    [
      'as a link',
      { _links: { up: { href: '/books', title: '/x' } } },
      { _links: { up: { href: '/books', title: '/x' } } },
      0,
    ],
    [
      'as a link that goes',
      { _links: { up: { href: `${OWN}/x`, title: 'X' }, self: '/books' } },
      { _links: { self: '/books' } },
      1,
    ],
    [
      'as one of the links of a relation',
      { links: { all: [{ href: '/books' }, { href: '/x' }] } },
      { links: { all: [{ href: '/books' }] } },
      1,
    ],
    ['of another host', `${OWN}.example/books`, `${OWN}.example/books`, 0],
    ['of another version', `${OWN}/v20/books`, null, 1],
    ['of the whole', `${OWN}/x`, null, 1],
  ])('%s', (_, value, expected, dropped) => {
    expect(urls().body(value)).toEqual([expected, dropped]);
  });

  it.each<[unknown]>([
    [{ a: [1, { b: '/x' }], _links: { self: { href: '/books/1' } } }],
    [['a', null, true]],
    ['x'],
  ])('stay the same value where nothing changes: %j', (value) => {
    expect(urls().body(value)[0]).toBe(value);
  });
});

describe('URLs of a service in headers', () => {
  it('are public in those that have some, and those that lead nowhere go', () => {
    const raw = ['X-A', `${OWN}/books`, 'LOCATION', `${OWN}/books/1`, 'Content-Location', `${OWN}/x`];
    expect(urls().headers(raw)).toEqual(['X-A', `${OWN}/books`, 'LOCATION', `${HERE}/books/1`]);
  });

  const other = '<https://o.example/>; rel=c';
  it.each<[string, string | undefined]>([
    [`<${OWN}/books>; rel=up`, `<${HERE}/books>; rel=up`],
    [`<${OWN}/x>; rel=up`, undefined],
    [`<${OWN}/x>; rel=up, <${OWN}/y>; rel=b`, undefined],
    [`${other}, <${OWN}/x>; rel=up`, other],
    [`<${OWN}/x>; rel=up, ${other}`, other],
    [`<${OWN}/books>; rel=up, <${OWN}/x>; rel=b, ${other}`, `<${HERE}/books>; rel=up, ${other}`],
    [`${other} ;  x`, `${other} ;  x`],
    ['no link', 'no link'],
  ])('make of Link: %s that of %s', (value, expected) => {
    expect(urls().headers(['link', value])).toEqual(expected === undefined ? [] : ['link', expected]);
  });
});
