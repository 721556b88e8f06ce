/** Composition of cached responses, which stay complete while their service is down. */
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { httpDate, passSeconds } from '../../support/cached.ts';
import { startGateway } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';
import { libraryDocument, libraryHandler } from '../../support/library.ts';

const HAL = 'application/hal+json';
const book = {
  id: '1',
  authorId: 'a',
  _links: { self: { href: '/books/1' }, author: { href: '/authors/a' } },
};
const author = { id: 'a', _links: { self: { href: '/authors/a' }, books: { href: '/books?authorId=a' } } };

const library = async () => {
  const gateway = await startGateway(
    { authors: contractDocument(authors, formats), books: contractDocument(books, formats) },
    { service: 'cache: on', config: 'policy: { retry: { attempts: 0 } }' },
  );
  for (const [name, body] of Object.entries({ books: book, authors: author })) {
    const service = gateway.services[name];
    if (service === undefined) throw new Error(`no ${name}`);
    service.respond = (_req, res) =>
      res
        .writeHead(200, { 'Content-Type': HAL, 'Cache-Control': 'max-age=60', Date: httpDate() })
        .end(JSON.stringify(body));
  }
  const get = (path: string) => request(gateway.url).get(path).set('Accept', HAL);
  return { ...gateway, get };
};

it('A cached resource is embedded without a call and limits the freshness of the response', async () => {
  const { get, services } = await library();
  await get('/authors/a').expect(200);
  passSeconds(50);
  const { body, headers } = await get('/books/1?expand=author').expect(200);
  expect(body).toEqual({ ...book, _embedded: { author } });
  // Ten seconds are left, and the test uses some of them.
  expect(headers['cache-control']).toMatch(/^max-age=(?:10|\d)$/);
  expect(headers).not.toHaveProperty('age');
  expect(services.authors?.requests).toHaveLength(1);
});

it('While services are down, the composed response is served with its links from stale entries and is not cacheable', async () => {
  const { get, services } = await library();
  const before = await get('/books/1?expand=author').expect(200);
  await Promise.all([services.books?.stop(), services.authors?.stop()]);
  passSeconds(90);
  const { body, headers } = await get('/books/1?expand=author').expect(200);
  expect(body).toEqual(before.body);
  expect(headers['cache-control']).toBe('max-age=0');
  expect(headers['cache-status']).toMatch(/^linkway; fwd=stale; ttl=-3\d; detail=service-unreachable$/);
  await Promise.all([services.books?.start(), services.authors?.start()]);
});

it('Links are added to cached responses for each client', async () => {
  const gateway = await startGateway({ library: libraryDocument() }, { service: 'cache: on' });
  const { library: service } = gateway.services;
  if (service === undefined) throw new Error('no service');
  const cacheable = { 'Cache-Control': 'max-age=60' };
  service.respond = libraryHandler({ '/authors/ann': { id: 'ann', name: 'Ann' } }, cacheable);
  const first = await request(gateway.url).get('/authors/ann').set('Accept', HAL).expect(200);
  const plain = await request(gateway.url).get('/authors/ann').set('Accept', 'application/json').expect(200);
  expect(first.body._links.self).toEqual({ href: '/authors/ann' });
  expect(plain.body).toMatchObject({ id: 'ann', _links: { self: { href: '/authors/ann' } } });
  expect(plain.headers['cache-status']).toMatch(/^linkway; hit; ttl=\d+$/);
  expect(service.requests).toHaveLength(1);
});

it('The composed response omits cache headers of the primary resource', async () => {
  const { get, services } = await library();
  if (services.books === undefined) throw new Error('no books');
  const head = {
    'Cache-Control': 'max-age=60',
    'CDN-Cache-Control': 'max-age=3600',
    Expires: httpDate(3600),
  };
  services.books.respond = (_req, res) =>
    res.writeHead(200, { 'Content-Type': HAL, ...head, Date: httpDate() }).end(JSON.stringify(book));
  const { headers } = await get('/books/1?expand=author').expect(200);
  expect(headers['cache-control']).toMatch(/^max-age=\d+$/);
  expect(headers).not.toHaveProperty('cdn-cache-control');
  expect(headers).not.toHaveProperty('expires');
});

it('A resource that is private by a second Cache-Control line makes the composed response private', async () => {
  const { get, services } = await library();
  if (services.authors === undefined) throw new Error('no authors');
  services.authors.respond = (_req, res) =>
    res
      .writeHead(200, { 'Content-Type': HAL, 'Cache-Control': ['max-age=60', 'private'], Date: httpDate() })
      .end(JSON.stringify(author));
  const { headers } = await get('/books/1?expand=author').expect(200);
  expect(headers['cache-control']).toMatch(/^private, max-age=\d+$/);
});

it('A composed response is compressed for clients that accept it, with a different tag', async () => {
  const { get, services, url } = await library();
  if (services.authors === undefined) throw new Error('no authors');
  const long = { ...author, name: 'Ada'.repeat(1000) };
  services.authors.respond = (_req, res) =>
    res.writeHead(200, { 'Content-Type': HAL }).end(JSON.stringify(long));
  const plain = await get('/books/1?expand=author').set('Accept-Encoding', 'identity').expect(200);
  expect(plain.headers.vary).toContain('Accept-Encoding');
  expect(plain.headers).not.toHaveProperty('content-encoding');
  const coded = await get('/books/1?expand=author').set('Accept-Encoding', 'gzip').expect(200);
  expect(coded.body).toEqual({ ...book, _embedded: { author: long } });
  expect(coded.headers).toMatchObject({
    'content-encoding': 'gzip',
    etag: plain.headers.etag?.replace(/"$/, '--gzip"'),
  });
  expect(Number(coded.headers['content-length'])).toBeLessThan(1000);
  const head = await request(url)
    .head('/books/1?expand=author')
    .set({ Accept: HAL, 'Accept-Encoding': 'gzip' });
  for (const name of ['content-encoding', 'content-length', 'etag', 'vary'])
    expect([name, head.headers[name]]).toEqual([name, coded.headers[name]]);
  const tag = String(coded.headers.etag);
  const again = get('/books/1?expand=author').set({ 'Accept-Encoding': 'gzip', 'If-None-Match': tag });
  expect((await again.expect(304)).headers).toMatchObject({ etag: tag, vary: coded.headers.vary });
});
