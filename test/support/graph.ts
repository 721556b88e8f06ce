/** Documents of two small services whose resources link to each other, for tests of links and expansion. */
import { batchOf } from '../../src/contract/batch.ts';
import { type Contract, defineContract } from '../../src/contract/contract.ts';
import { contractDocument } from '../../src/contract/document/document.ts';
import { operation } from '../../src/contract/operation.ts';
import { actionNotAllowed } from '../../src/contract/problems.ts';
import { page, pageQuery, resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { LinkGraph } from '../../src/hypermedia/graph/link-graph.ts';
import type { ServiceDocument } from '../../src/openapi/service-document.ts';

const id = z.string();

const Author = resource('Author', z.object({ id }));
export const Book = resource('Book', z.object({ id, authorId: id, chapters: z.array(z.object({ id })) }));
const Chapter = resource('Chapter', z.object({ id }));

export const authors = defineContract({
  service: 'authors',
  title: 'Authors',
  description: 'Who writes.',
  version: '1.0.0',
  operations: [
    operation({
      operationId: 'listAuthors',
      method: 'get',
      path: '/authors',
      summary: 'List authors',
      query: pageQuery.extend({ id: batchOf('getAuthor', id) }),
      responses: { 200: { description: 'Authors.', body: page(Author) } },
    }),
    operation({
      operationId: 'getAuthor',
      method: 'get',
      path: '/authors/{authorId}',
      summary: 'Get an author',
      params: z.object({ authorId: id }),
      responses: {
        200: {
          description: 'The author.',
          body: Author,
          links: {
            self: { operationId: 'getAuthor', parameters: { authorId: '$response.body#/id' } },
            books: { operationId: 'listBooks', parameters: { authorId: '$response.body#/id' } },
            agent: { operationId: 'getAgent', parameters: { authorId: '$response.body#/id' } },
          },
        },
      },
    }),
  ],
});

export const burnBook = operation({
  operationId: 'burnBook',
  method: 'post',
  path: '/books/{bookId}/burn',
  summary: 'Burn a book',
  params: z.object({ bookId: id }),
  responses: { 200: { description: 'The ashes.', body: Book } },
  problems: [actionNotAllowed],
});

export const books = defineContract({
  service: 'books',
  title: 'Books',
  description: 'What is written.',
  version: '1.0.0',
  operations: [
    operation({
      operationId: 'listBooks',
      method: 'get',
      path: '/books',
      summary: 'List books',
      query: z.object({ authorId: id.optional() }),
      responses: { 200: { description: 'Books.', body: page(Book) } },
    }),
    operation({
      operationId: 'getBook',
      method: 'get',
      path: '/books/{bookId}',
      summary: 'Get a book',
      params: z.object({ bookId: id }),
      responses: {
        200: {
          description: 'The book.',
          body: Book,
          links: {
            self: { operationId: 'getBook', parameters: { bookId: '$response.body#/id' } },
            author: { operationId: 'getAuthor', parameters: { authorId: '$response.body#/authorId' } },
            chapters: {
              operationId: 'getChapter',
              parameters: { bookId: '$response.body#/id', chapterId: '$response.body#/chapters/0/id' },
              each: '/chapters',
            },
            burn: { operationId: 'burnBook', parameters: { bookId: '$response.body#/id' } },
          },
        },
      },
    }),
    operation({
      operationId: 'getChapter',
      method: 'get',
      path: '/books/{bookId}/chapters/{chapterId}',
      summary: 'Get a chapter',
      params: z.object({ bookId: id, chapterId: id }),
      responses: { 200: { description: 'The chapter.', body: Chapter } },
    }),
    burnBook,
  ],
});

const toDocument = (contract: Contract): ServiceDocument => ({
  name: contract.service,
  document: contractDocument(contract, formats),
});

const documents = { authors: toDocument(authors), books: toDocument(books) };

export const documented = (service: keyof typeof documents): ServiceDocument => documents[service];

export const libraryGraph = (): LinkGraph => new LinkGraph(Object.values(documents));
