import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import LinkHeader from 'http-link-header';
import { formatLink, linkHeader, parseLinkHeader } from '../../../src/http/headers/link-header.ts';

describe('a Link header', () => {
  it('is written as a parser of another author reads it', () => {
    const links = [
      { href: '/orders?state=A%2CB&limit=2', rel: 'next' },
      {
        href: '/openapi/orders.json#/components/schemas/Order',
        rel: 'describedby',
        type: 'application/json',
      },
      { href: '/{"}', rel: 'https://example.org/rels/odd' },
    ];
    expect(LinkHeader.parse(linkHeader(links)).refs).toEqual(
      links.map(({ href, ...link }) => ({ uri: href, ...link })),
    );
    expect(linkHeader([])).toBe('');
  });

  it('is one that Node sends, whatever is in an href', () => {
    const href = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(href, (text) => {
        const written = linkHeader([{ href: text, rel: 'self' }]);
        expect(written).toMatch(/^<[!-;=?-~]*>; rel="self"$/);
      }),
      { examples: [['/a>; rel="next"'], ['/\r\nSet-Cookie: a=b'], ['/\ud800'], ['/都市']] },
    );
  });

  it.each([
    ['</a>; rel=next', [{ uri: '/a', rels: ['next'] }]],
    ['</a>;rel="Next last"; title="a, b; \\"c\\""', [{ uri: '/a', rels: ['next', 'last'] }]],
    [
      '</a,b>; rel=x, </c>; anchor="#d"; rel=y',
      [
        { uri: '/a,b', rels: ['x'] },
        { uri: '/c', anchor: '#d' },
      ],
    ],
    [', </a>; rel=x; rel=y, ,', [{ uri: '/a', rels: ['x'] }]],
    ['</a>', [{ uri: '/a', rels: [] }]],
    ["</a>; title*=UTF-8''%e2; rel=https://example.org/R", [{ uri: '/a', rels: ['https://example.org/R'] }]],
    ['', []],
  ])('is read with its parameters as they were written: %s', (text, expected) => {
    expect(parseLinkHeader(text)).toMatchObject(expected);
  });

  it.each(['/a; rel=x', '<a; rel=x', '</a>; title="b'])('is none where it is broken: %s', (text) => {
    expect(parseLinkHeader(text)).toBeUndefined();
  });

  it('is written again as it was read', () => {
    const text = '</a>;  rel="next";title="x, \\"y\\"" ; foo, <b?c=d>; rel=up';
    expect(parseLinkHeader(text)?.map(formatLink).join(', ')).toBe(text);
  });
});

it.each([
  ['/都市/x', '/%E9%83%BD%E5%B8%82/x'],
  ['/a b', '/a%20b'],
  ['/a>; rel="evil", </b', '/a%3E;%20rel="evil",%20%3C/b'],
  ['/a\r\nX: y', '/a%0D%0AX:%20y'],
  ['/\uD800', '/%EF%BF%BD'],
])('is ASCII, and one link, wherever it leads: %j', (href, uri) => {
  const header = linkHeader([{ href, rel: 'a"b"\n都' }]);
  expect(header).toMatch(/^[ -~]+$/);
  expect(LinkHeader.parse(header).refs).toEqual([{ uri, rel: 'a%22b%22%0A%E9%83%BD' }]);
});
