/** A service without links in its responses: a library of shelves, books and authors as plain JSON. Its document has Link Objects. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { document } from './gateway.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const id = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
const json = (schema: object, links: object = {}) => ({
  200: { description: 'Found.', content: { 'application/json': { schema } }, links },
});
const string = { type: 'string' };

export const libraryDocument = (): OpenAPIObject =>
  document(
    {
      '/books': {
        get: {
          operationId: 'listBooks',
          parameters: [{ name: 'authorId', in: 'query', schema: string }],
          responses: json({ type: 'array', items: ref('Book') }),
        },
        post: {
          operationId: 'addBook',
          requestBody: { content: { 'application/json': { schema: ref('Book') } } },
          responses: {
            201: { description: 'Added.', content: { 'application/json': { schema: ref('Book') } } },
          },
        },
      },
      '/books/{bookId}': {
        parameters: [id('bookId')],
        get: {
          operationId: 'getBook',
          responses: json(ref('Book'), {
            self: { operationId: 'getBook', parameters: { bookId: '$response.body#/id' } },
            author: { operationId: 'getAuthor', parameters: { authorId: '$response.body#/author/id' } },
            lend: { operationId: 'lendBook', parameters: { bookId: '$response.body#/id' } },
            alike: { operationId: 'listBooks', parameters: { authorId: '$response.body#/readerId' } },
            reader: { operationId: 'getAuthor', parameters: { authorId: '$response.body#/readerId' } },
          }),
        },
        put: {
          operationId: 'putBook',
          requestBody: { content: { 'application/json': { schema: ref('Book') } } },
          responses: { 204: { description: 'Kept.' } },
        },
      },
      '/books/{bookId}/lend': {
        post: {
          operationId: 'lendBook',
          parameters: [id('bookId')],
          responses: { 204: { description: 'Lent.' } },
        },
      },
      '/authors': {
        get: {
          operationId: 'listAuthors',
          parameters: [
            { name: 'id', in: 'query', 'x-batches': 'getAuthor', schema: { type: 'array', items: string } },
          ],
          responses: json({
            type: 'object',
            properties: {
              count: { type: 'integer' },
              data: { type: 'array', items: ref('Author') },
              links: { type: 'object' },
            },
          }),
        },
      },
      '/authors/{authorId}': {
        get: {
          operationId: 'getAuthor',
          parameters: [id('authorId')],
          responses: json(ref('Author'), {
            self: {
              operationRef: '#/paths/~1authors~1{authorId}/get',
              parameters: { authorId: '$response.body#/id' },
            },
            books: { operationId: 'listBooks', parameters: { authorId: '$response.body#/id' } },
          }),
        },
      },
      '/covers/{bookId}': {
        get: {
          operationId: 'getCover',
          parameters: [id('bookId')],
          responses: { 200: { description: 'A picture.', content: { 'image/png': {} } } },
        },
      },
    },
    {
      schemas: {
        Book: {
          type: 'object',
          required: ['id', 'title'],
          properties: { id: string, title: string, author: ref('Author'), readerId: string, url: string },
        },
        Author: { type: 'object', properties: { id: string, name: string } },
      },
    },
  );

export type LibraryResponses = Record<string, unknown>;

/** @param responses bodies or handlers by path and query; other requests get 404 */
export const libraryHandler =
  (responses: LibraryResponses, headers: Record<string, string> = {}) =>
  (req: IncomingMessage, res: ServerResponse): void => {
    const body = responses[req.url ?? ''];
    if (typeof body === 'function') {
      body(req, res);
      return;
    }
    const status = body === undefined ? 404 : 200;
    res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    res.end(JSON.stringify(body ?? { error: 'Nothing here' }));
  };
