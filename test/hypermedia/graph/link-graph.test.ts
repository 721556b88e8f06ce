import { describe, expect, it } from '@jest/globals';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';
import { actionLinks, expandable } from '../../../src/hypermedia/graph/model.ts';
import { Representer } from '../../../src/hypermedia/represent.ts';
import { document } from '../../support/gateway.ts';
import { libraryGraph } from '../../support/graph.ts';

describe('The link graph', () => {
  const graph = libraryGraph();
  const book = graph.operation('books', 'getBook')?.shape;

  it('distinguishes relations that can be followed from actions', () => {
    expect(book && expandable(book).map(({ rel }) => rel)).toEqual(['author', 'chapters']);
    expect(book && actionLinks(book).map(({ rel }) => rel)).toEqual(['burn']);
  });

  it('finds the target of a link in the document of another service', () => {
    expect(book?.links.get('author')?.target).toMatchObject({ service: 'authors', operationId: 'getAuthor' });
  });

  it('gives the items of a page the links of a single resource', () => {
    expect(graph.operation('books', 'listBooks')?.shape?.item).toBe(book);
  });

  it('leaves out and reports a link without an operation', () => {
    expect(graph.dangling).toEqual(['Author.agent']);
    expect(graph.shape('authors', 'Author')?.links.has('agent')).toBe(false);
  });

  it('creates one distinct link for each element, and none without a value', () => {
    if (book === undefined) throw new Error('no shape');
    const { links } = new Representer([]).resource(
      book,
      { id: 'b 1', chapters: [{ id: 'c1' }, { id: 'c2' }, { id: 'c1' }] },
      { path: {}, query: {} },
    );
    expect(Object.fromEntries(links)).toEqual({
      self: { href: '/books/b%201' },
      chapters: [{ href: '/books/b%201/chapters/c1' }, { href: '/books/b%201/chapters/c2' }],
    });
  });

  it('resolves an operation id in the own document first, in any order of documents', () => {
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const service = (name: string) => ({
      name,
      document: document({
        [`/${name}/{id}`]: {
          get: {
            operationId: 'get',
            parameters: [id],
            responses: {
              200: {
                description: 'ok',
                content: { 'application/json': { schema: { type: 'object' } } },
                links: { next: { operationId: 'get', parameters: { id: '$response.body#/next' } } },
              },
            },
          },
        },
      }),
    });
    for (const names of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const both = new LinkGraph(names.map(service));
      for (const name of names)
        expect(both.operation(name, 'get')?.shape?.links.get('next')?.target.service).toBe(name);
    }
  });

  it('creates no link for a value that is a segment of another path', () => {
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const user = { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } };
    const get = (operationId: string, more: object = {}) => ({
      get: { operationId, responses: { 200: { ...user, ...more } } },
    });
    const self = { operationId: 'getUser', parameters: { id: '$response.body#/id' } };
    const users = new LinkGraph([
      {
        name: 'users',
        document: document({
          '/users/{id}': { parameters: [id], ...get('getUser', { links: { self } }) },
          '/users/me': get('getMe'),
          '/{kind}/all': { parameters: [{ ...id, name: 'kind' }], ...get('getAll') },
          '/others/else': get('getElse'),
        }),
      },
    ]);
    const shape = users.operation('users', 'getUser')?.shape;
    if (shape === undefined) throw new Error('no shape');
    const hrefOf = (value: string) => {
      const { links } = new Representer([]).resource(shape, { id: value }, { path: {}, query: {} });
      return links.get('self');
    };
    expect(hrefOf('u1')).toEqual({ href: '/users/u1' });
    expect(hrefOf('else')).toEqual({ href: '/users/else' });
    expect(hrefOf('all')).toEqual({ href: '/users/all' });
    expect(hrefOf('me')).toBeUndefined();
  });

  it('finds the items of an array, even at the path of a single resource', () => {
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const array = { type: 'array', items: { type: 'object', properties: { name: {} } } };
    const paths = {
      '/lists/{id}': {
        get: {
          operationId: 'getList',
          parameters: [id],
          responses: { 200: { description: 'ok', content: { 'application/json': { schema: array } } } },
        },
      },
    };
    const lists = new LinkGraph([{ name: 'lists', document: document(paths) }]);
    const { itemsAt, item } = lists.operation('lists', 'getList')?.shape ?? {};
    expect([itemsAt, item?.members.names]).toEqual([[], ['name']]);
  });
});
