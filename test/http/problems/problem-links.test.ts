import { describe, expect, it } from '@jest/globals';
import { Problem } from '../../../src/contract/problem.ts';
import {
  actionNotAllowed,
  expandUnknown,
  internalError,
  methodNotAllowed,
  notAcceptable,
  notFound,
  serviceUnreachable,
  validationFailed,
} from '../../../src/contract/problems.ts';
import { type PathLookup, problemLinks } from '../../../src/http/problems/problem-links.ts';

const TEMPLATES: readonly [string, string, RegExp][] = [
  ['GET', '/orders', /^\/orders$/],
  ['POST', '/orders', /^\/orders$/],
  ['GET', '/orders/{id}', /^\/orders\/[^/]+$/],
  ['POST', '/orders/{id}/cancel', /^\/orders\/[^/]+\/cancel$/],
];
const paths: PathLookup = {
  status: '/status',
  find: (wantedMethod, path) => {
    const found = TEMPLATES.find(([method, , pattern]) => method === wantedMethod && pattern.test(path));
    return found && { path: found[1], service: 'orders' };
  },
};
const links = (type: Problem['type'], method: string, url: string, extensions = {}) =>
  problemLinks(new Problem(type, 'No.', { extensions }), { method, url }, paths);

describe('Links of a problem', () => {
  it('Every problem links to the page of its type', () => {
    expect(problemLinks(new Problem(internalError, 'x')).describedby).toEqual({
      href: '/problems/internal-error',
      title: internalError.title,
    });
  });

  it('A missing resource links up to the nearest existing one', () => {
    expect(links(notFound, 'GET', '/orders/o-9?expand=x').up).toEqual({ href: '/orders' });
    expect(links(notFound, 'POST', '/orders/o-9/cancel').up).toEqual({ href: '/orders' });
    expect(links(notFound, 'GET', '/nowhere/at/all').up).toEqual({ href: '/' });
  });

  it('A failed action links to its resource, and a failed creation to the collection', () => {
    expect(links(actionNotAllowed, 'POST', '/orders/o-1/cancel').up).toEqual({ href: '/orders/o-1' });
    expect(links(validationFailed, 'POST', '/orders').up).toEqual({ href: '/orders' });
    expect(links(methodNotAllowed, 'DELETE', '/orders/o-1').up).toEqual({ href: '/orders/o-1' });
  });

  it('An invalid query links to the URL without the invalid parameters', () => {
    expect(links(validationFailed, 'GET', '/orders?limit=x').canonical).toEqual({ href: '/orders' });
    expect(links(expandUnknown, 'GET', '/orders?limit=5&expand=x').canonical).toEqual({
      href: '/orders?limit=5',
    });
    expect(links(validationFailed, 'POST', '/orders?x=1')).not.toHaveProperty('canonical');
  });

  it('The available representations are linked', () => {
    const available = ['application/hal+json', 'text/html'];
    expect(links(notAcceptable, 'GET', '/orders/o-1', { available }).alternate).toEqual(
      available.map((type) => ({ href: '/orders/o-1', type })),
    );
  });

  it('The operation in its document is linked', () => {
    expect(links(validationFailed, 'POST', '/orders/o-1/cancel')['service-desc']).toEqual({
      href: '/openapi/orders.json#/paths/~1orders~1%7Bid%7D~1cancel/post',
      type: 'application/vnd.oai.openapi+json',
    });
  });

  it('A server error links to the status of the services', () => {
    expect(links(serviceUnreachable, 'GET', '/orders')).toEqual({
      describedby: expect.anything(),
      status: { href: '/status' },
    });
  });

  it('Links of the thrown problem take precedence', () => {
    const own = { self: { href: '/orders/o-1' }, up: { href: '/mine' } };
    expect(links(actionNotAllowed, 'POST', '/orders/o-1/cancel', { _links: own })).toMatchObject(own);
  });

  it('A path of thousands of segments costs no more time', () => {
    expect(links(notFound, 'GET', '/x'.repeat(10_000)).up).toEqual({ href: '/' });
  });
});
