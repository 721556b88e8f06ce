import { describe, expect, it } from '@jest/globals';
import { linksIn, PublicUrls } from '../../../src/gateway/composition/public-urls.ts';
import { mountOf } from '../../../src/gateway/routing/path-mapping.ts';

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
    [
      'as a link of an array whose other members are texts',
      { links: [{ rel: ['up'], href: '/books', title: '/x', name: '/y' }, '/x', '/books'] },
      { links: [{ rel: ['up'], href: '/books', title: '/x', name: '/y' }, '/books'] },
      1,
    ],
    [
      'as a link of an array that goes with its texts',
      { links: [{ href: '/x', title: '/books' }] },
      { links: [] },
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
  ])('A body without changes is the same value: %j', (value) => {
    expect(urls().body(value)[0]).toBe(value);
  });
});

describe('URLs of a service in headers', () => {
  it('URLs in headers become public, and those without a route are omitted', () => {
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
  ])('The header Link: %s becomes %s', (value, expected) => {
    expect(urls().headers(['link', value])).toEqual(expected === undefined ? [] : ['link', expected]);
  });
});

describe('A service whose public paths differ', () => {
  const mounted = (base: string, prefix = '/shop') => {
    let dropped = 0;
    const lookedUp: string[] = [];
    const made = new PublicUrls({
      prefixes: [OWN],
      mount: mountOf({ prefix, base }),
      serves: (path) => {
        lookedUp.push(path);
        return path.startsWith(`${prefix}/books`);
      },
      onDropped: () => {
        dropped += 1;
      },
    });
    return { made, lookedUp, dropped: () => dropped };
  };

  it.each<[string, string, string | null]>([
    ['/v2', `${OWN}/books`, `${HERE}/shop/books`],
    // The URL may already contain the base path.
    ['/v2', `${OWN}/v2/books`, `${HERE}/shop/books`],
    ['/v2', `${OWN}/v20/books`, null],
    ['/v2', `${OWN}/x`, null],
    ['', `${OWN}/books`, `${HERE}/shop/books`],
    ['/v2', 'https://other.example/v2/books', 'https://other.example/v2/books'],
  ])('With the base %s, %s becomes %s', (base, url, expected) => {
    expect(mounted(base).made.body(url, HERE)).toBe(expected);
    expect(mounted(base).made.headers(['Location', url], HERE)).toEqual(
      expected === null ? [] : ['Location', expected],
    );
  });

  it.each<[string, string | undefined]>([
    ['/v2/books', '/shop/books'],
    ['/v2/x', undefined],
    ['//v2/books', '//v2/books'],
    ['books', 'books'],
  ])('The path %s of the service becomes a link to %s', (href, expected) => {
    const { made, dropped } = mounted('/v2');
    expect(made.headers(['CONTENT-LOCATION', href], HERE)).toEqual(
      expected === undefined ? [] : ['CONTENT-LOCATION', expected],
    );
    expect(made.body({ item: { href } }, HERE)).toEqual(
      expected === undefined ? {} : { item: { href: expected } },
    );
    expect(dropped()).toBe(expected === undefined ? 2 : 0);
  });
});

describe('A URL with a prefix of the service', () => {
  const one = (url: string) => {
    const lookedUp: string[] = [];
    const serves = (path: string) => {
      lookedUp.push(path);
      return true;
    };
    const made = new PublicUrls({ prefixes: [`${OWN}//`], serves, onDropped: () => undefined });
    return [made.body(url, HERE), lookedUp];
  };

  it.each<[string, string]>([
    [OWN, '/'],
    [`${OWN}/`, '/'],
    [`${OWN}/a`, '/a'],
    [`${OWN}?a=b`, '/?a=b'],
    [`${OWN}#a`, '/#a'],
  ])('The URL %s has the path %s', (url, path) => {
    expect(one(url)).toEqual([HERE + path, [path]]);
  });

  it.each([`${OWN}:8080/a`, `${OWN}.example`, `${OWN}x/a`, `x${OWN}/a`, '/a', ''])(
    'The URL is not one of the service: %s',
    (url) => {
      expect(one(url)).toEqual([url, []]);
    },
  );
});

describe('A link in a body', () => {
  it.each<[unknown, unknown]>([
    [{ links: '/x' }, {}],
    [{ links: ['/x', '/books'] }, { links: ['/books'] }],
    [{ _links: ['/x'] }, { _links: [] }],
    [{ links: { up: '/x', self: '/books' } }, { links: { self: '/books' } }],
    [
      { up: '/x', href: '/books' },
      { up: '/x', href: '/books' },
    ],
    [{ href: ['/x'] }, { href: ['/x'] }],
    [{ href: '//x' }, { href: '//x' }],
    [{ links: { up: { title: '/x' } } }, { links: { up: { title: '/x' } } }],
    [{ a: { href: '/x' }, b: 1 }, { b: 1 }],
    [{ href: '/x' }, null],
    [{ a: [[{ href: '/x' }]] }, { a: [[]] }],
    [
      { a: null, href: '/books' },
      { a: null, href: '/books' },
    ],
  ])('The body %j is published as %j', (value, expected) => {
    expect(urls().body(value)[0]).toEqual(expected);
  });
});

it.each<[string, string | undefined]>([
  ['/books/1', '/books/1'],
  [`${HERE}/books/1`, '/books/1'],
  ['/x', undefined],
  [`${HERE}/x`, undefined],
  [`${HERE}.example/books`, undefined],
  [HERE, undefined],
  ['//books', undefined],
  [`${HERE}//books`, undefined],
  [`${OWN}/books`, undefined],
  ['books', undefined],
])('The link %s becomes the path %s', (href, path) => {
  const made = new PublicUrls({
    prefixes: [OWN],
    serves: (one) => /^\/*books/.test(one),
    onDropped: () => undefined,
  });
  expect(made.local(href, HERE)).toBe(path);
});

it('The links of several headers are one list, without those of a malformed header', () => {
  expect(linksIn(['</a>; rel=x', 'broken', '</b>; rel=y, </c>; rel=z']).map(({ uri }) => uri)).toEqual([
    '/a',
    '/b',
    '/c',
  ]);
});
