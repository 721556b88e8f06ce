/** Operation steps apply to requests of clients and to embedded resources. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { defineProblem, Problem } from '../../../src/contract/problem.ts';
import type { OperationStep } from '../../../src/gateway/steps/operation-step.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import { startGateway } from '../../support/gateway.ts';
import { authors, books } from '../../support/graph.ts';

const HAL = 'application/hal+json';
const forbidden = defineProblem({
  code: 'forbidden',
  status: 403,
  title: 'This is not allowed',
  meaning: 'A step of this test refused the operation.',
  remedy: 'Ask for something else.',
});

const book = (id: string, authorId: string) => ({
  id,
  authorId,
  chapters: [],
  _links: { self: { href: `/books/${id}` }, author: { href: `/authors/${authorId}` } },
});
const author = (id: string) => ({ id, _links: { self: { href: `/authors/${id}` } } });

async function library(...operationSteps: OperationStep[]) {
  const documents = { authors: contractDocument(authors, formats), books: contractDocument(books, formats) };
  const gateway = await startGateway(documents, { operationSteps });
  for (const [name, bodies] of Object.entries({
    authors: { '/authors/a': author('a'), '/authors/b': author('b') } as Record<string, unknown>,
    books: {
      '/books/1': book('1', 'a'),
      '/books': {
        _links: { self: { href: '/books' } },
        _embedded: { item: [book('1', 'a'), book('2', 'b')] },
      },
    } as Record<string, unknown>,
  })) {
    const { [name]: upstream } = gateway.services;
    if (upstream)
      upstream.respond = (req, res) => {
        const { pathname, searchParams } = new URL(req.url ?? '', 'http://x');
        const ids = searchParams.get('id')?.split(',') ?? [];
        const page = { _links: { self: { href: req.url } }, _embedded: { item: ids.map(author) } };
        const body = bodies[pathname] ?? (pathname === '/authors' ? page : undefined);
        res.writeHead(body ? 200 : 404, { 'Content-Type': HAL }).end(JSON.stringify(body ?? {}));
      };
  }
  return gateway;
}

const refusing =
  (...operationIds: string[]): OperationStep =>
  ({ operation }) => {
    if (operationIds.includes(operation.operationId)) throw new Problem(forbidden, 'Not for you.');
  };

describe('A step that rejects an operation', () => {
  it('A rejected operation is not available to clients', async () => {
    const gateway = await library(refusing('getAuthor'));
    const { body } = await request(gateway.url).get('/authors/a').expect(403);
    expect(body).toMatchObject({ status: 403, detail: 'Not for you.' });
    expect(gateway.services.authors?.requests).toEqual([]);
  });

  it('A rejected operation is omitted from an expansion with the reason', async () => {
    const gateway = await library(refusing('getAuthor'));
    const { body, headers } = await request(gateway.url)
      .get('/books/1?expand=author')
      .set('Accept', HAL)
      .expect(200);
    expect(body._embedded).toBeUndefined();
    expect(body._expandErrors).toMatchObject([
      { path: 'author', href: '/authors/a', problem: { status: 403, detail: 'Not for you.' } },
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(gateway.services.authors?.requests).toEqual([]);
  });

  it('A rejected operation is omitted for every item of a page', async () => {
    for (const refused of [['getAuthor', 'listAuthors'], ['listAuthors']]) {
      const gateway = await library(refusing(...refused));
      const { body } = await request(gateway.url).get('/books?expand=author').set('Accept', HAL).expect(200);
      const urls = gateway.services.authors?.requests.map(({ url }) => url).toSorted();
      // Single requests use another operation, which is allowed in the second case.
      expect(urls).toEqual(refused.includes('getAuthor') ? [] : ['/authors/a', '/authors/b']);
      expect(body._expandErrors?.length ?? 0).toBe(refused.includes('getAuthor') ? 2 : 0);
    }
  });

  it('A step may be asynchronous', async () => {
    const gateway = await library(async (exchange) => {
      await new Promise(setImmediate);
      refusing('getAuthor')(exchange);
    });
    await request(gateway.url).get('/authors/a').expect(403);
    const { body } = await request(gateway.url).get('/books/1?expand=author').set('Accept', HAL).expect(200);
    expect(body._expandErrors).toHaveLength(1);
  });
});

it('For an embedded resource, a step gets its operation and target, and the request of the client', async () => {
  const seen: unknown[] = [];
  const gateway = await library(
    ({ client, context, isInternal, method, operation, target, params, headers }) => {
      seen.push([
        operation.operationId,
        method,
        target,
        [...params],
        isInternal,
        client.url,
        headers.authorization,
      ]);
      expect(context.operationId).toBe('getBook');
    },
  );
  await request(gateway.url)
    .get('/books/1?expand=author')
    .set({ Accept: HAL, Authorization: 'Bearer of-ada' })
    .expect(200);
  const url = '/books/1?expand=author';
  expect(seen).toEqual([
    ['getBook', 'GET', '/books/1?expand=author', [['bookId', '1']], false, url, 'Bearer of-ada'],
    ['getAuthor', 'GET', '/authors/a', [['authorId', 'a']], true, url, 'Bearer of-ada'],
  ]);
});

it('An internal request that does not match its document is omitted without a call', async () => {
  const strict = structuredClone(contractDocument(authors, formats));
  const parameter = strict.paths?.['/authors/{authorId}']?.get?.parameters?.find(
    (one) => 'name' in one && one.name === 'authorId',
  );
  Object.assign(parameter ?? {}, { schema: { type: 'string', pattern: '^[0-9]+$' } });
  const gateway = await startGateway({ authors: strict, books: contractDocument(books, formats) });
  const { books: service } = gateway.services;
  if (service)
    service.respond = (_req, res) =>
      void res.writeHead(200, { 'Content-Type': HAL }).end(JSON.stringify(book('1', 'a')));
  const { body } = await request(gateway.url).get('/books/1?expand=author').set('Accept', HAL).expect(200);
  expect(body._expandErrors).toMatchObject([{ path: 'author', problem: { status: 400 } }]);
  expect(gateway.services.authors?.requests).toEqual([]);
});
