import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import LinkHeader from 'http-link-header';
import { formatLink, linkHeader, parseLinkHeader } from '../../../src/http/headers/link-header.ts';
import { anyText } from '../../support/any-text.ts';

describe('Link header', () => {
  it('An independent parser reads the header', () => {
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

  it('Node accepts the header for any href', () => {
    const href = anyText;
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
  ])('The parameters of %s are parsed', (text, expected) => {
    expect(parseLinkHeader(text)).toMatchObject(expected);
  });

  it.each(['/a; rel=x', '<a; rel=x', '</a>; title="b'])('The malformed header %s is refused', (text) => {
    expect(parseLinkHeader(text)).toBeUndefined();
  });

  it('A parsed header is written unchanged', () => {
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
])('A link to %j is one link in ASCII', (href, uri) => {
  const header = linkHeader([{ href, rel: 'a"b"\n都' }]);
  expect(header).toMatch(/^[ -~]+$/);
  expect(LinkHeader.parse(header).refs).toEqual([{ uri, rel: 'a%22b%22%0A%E9%83%BD' }]);
});
