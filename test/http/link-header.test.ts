import { expect, it } from '@jest/globals';
import LinkHeader from 'http-link-header';
import { linkHeader } from '../../src/http/link-header.ts';

it('writes what a parser of another author reads', () => {
  const links = [
    { href: '/orders?state=A%2CB&limit=2', rel: 'next' },
    { href: '/openapi/orders.json#/components/schemas/Order', rel: 'describedby', type: 'application/json' },
    { href: '/{"}', rel: 'https://example.org/rels/odd' },
  ];
  expect(LinkHeader.parse(linkHeader(links)).refs).toEqual(
    links.map(({ href, ...link }) => ({ uri: href, ...link })),
  );
  expect(linkHeader([])).toBe('');
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
