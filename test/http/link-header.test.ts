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
