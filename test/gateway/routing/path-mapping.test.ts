import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { liftDocuments } from '../../../src/gateway/documents/mark-lifted.ts';
import { mountOf } from '../../../src/gateway/routing/path-mapping.ts';
import { renamePaths } from '../../../src/openapi/merge/rename-paths.ts';
import { startGateway } from '../../support/gateway.ts';
import { libraryDocument, libraryHandler } from '../../support/library.ts';

describe('A service with different public paths', () => {
  it.each([
    ['/shop', '/v2', '/shop/pets/1?x=/shop/', '/v2/pets/1?x=/shop/'],
    ['/shop', '', '/shop/pets', '/pets'],
    ['', '/v2', '/pets', '/v2/pets'],
    ['/a/b', '/c', '/a/%62/pets', '/c/pets'],
    ['/a', '/b', '/a', '/b/'],
  ])('With the prefix %p and the base path %p, %s becomes %s', (prefix, base, here, there) => {
    expect(mountOf({ prefix, base })?.toService(here)).toBe(there);
  });

  it('Without a prefix and a base path, paths are equal', () => {
    expect(mountOf({ prefix: '', base: '' })).toBeUndefined();
    expect(mountOf({ prefix: '/v2', base: '/v2' })).toBeUndefined();
  });

  it('The service gets its own paths, and links have public paths', async () => {
    const document = renamePaths('library', libraryDocument(), {}, '/lib');
    const gateway = await startGateway(
      { library: document },
      { service: 'prefix: /lib, ownUrls: ["https://library.internal/v2"]', base: '/v2' },
    );
    const { library: service } = gateway.services;
    if (service === undefined) throw new Error('no service');
    const book = { id: '1', title: 'One', author: { id: 'ann' }, url: 'https://library.internal/v2/books/1' };
    service.respond = libraryHandler({ '/v2/books/1': book, '/v2/authors/ann': { id: 'ann', name: 'Ann' } });
    const { body } = await request(gateway.url).get('/lib/books/1?expand=author').expect(200);
    expect(body.url).toBe(`${gateway.url}/lib/books/1`);
    expect(body._links).toMatchObject({
      self: { href: '/lib/books/1' },
      author: { href: '/lib/authors/ann' },
    });
    expect(body._embedded.author).toMatchObject({
      name: 'Ann',
      _links: { self: { href: '/lib/authors/ann' } },
    });
    expect(service.requests.map(({ url }) => url)).toEqual(['/v2/books/1', '/v2/authors/ann']);

    service.respond = (_req, res) => res.writeHead(303, { Location: '/v2/books/1' }).end();
    const moved = await request(gateway.url).get('/lib/covers/1').redirects(0).expect(303);
    expect(moved.headers.location).toBe('/lib/books/1');
    await request(gateway.url).get('/books/1').expect(404);
  });

  it.each([
    ['of its first server', [{ url: 'https://x.example/v3' }, { url: '/other' }], '', '/v3/books'],
    [
      'with variables',
      [{ url: '{scheme}://x/{v}/', variables: { v: { default: 'v4' }, scheme: { default: 'https' } } }],
      '',
      '/v4/books',
    ],
    ['that is relative', [{ url: 'v5' }], '', '/v5/books'],
    ['that is none', [{ url: 'https://x.example/{missing}' }], '', '/books'],
    ['unless the url has one', [{ url: '/v3' }], '/v6', '/v6/books'],
    ['unless the url says that there is none', [{ url: '/v3' }], '/', '/books'],
  ])('The service is called under the base path of its document, %s', async (_, servers, base, requested) => {
    const { url, services } = await startGateway({ library: { ...libraryDocument(), servers } }, { base });
    await request(url).get('/books');
    expect(services.library?.requests.map((one) => one.url)).toEqual([requested]);
  });

  it('Operations with another server are reported', async () => {
    const document = libraryDocument();
    const faults: unknown[] = [];
    const [path = '', item] = Object.entries(document.paths ?? {})[0] ?? [];
    const other = { ...item, servers: [{ url: 'https://files.example' }] };
    await startGateway(
      { library: { ...document, paths: { ...document.paths, [path]: other } } },
      { onFault: (_, { reason }) => faults.push(reason) },
    );
    expect(faults).toContainEqual(expect.stringMatching(/^has its own server/));
  });

  it('References between paths stay intact', () => {
    const [lifted] = liftDocuments([
      { name: 'library', document: renamePaths('library', libraryDocument(), {}, '/lib') },
    ]);
    expect(lifted?.document.paths?.['/lib/authors/{authorId}']?.get).toMatchObject({
      'x-lifted': true,
      responses: { 200: { links: { self: { operationRef: '#/paths/~1lib~1authors~1%7BauthorId%7D/get' } } } },
    });
  });
});
