import { describe, expect, it } from '@jest/globals';
import { impliedPaths, planFields } from '../../../src/hypermedia/fields/plan.ts';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';
import { document } from '../../support/gateway.ts';
import { libraryGraph } from '../../support/graph.ts';
import { problemOf } from '../../support/problem-of.ts';

const graph = libraryGraph();
const planned = (fields: string | string[], operationId = 'getBook') => {
  const operation = graph.operation('books', operationId);
  if (operation === undefined) throw new Error(operationId);
  return planFields([fields].flat(), operation);
};

describe('The selected fields', () => {
  it('are members, nested members, and members of related resources', () => {
    const plan = planned('id,chapters.id,author.id,author.books.authorId');
    expect([...(plan?.members ?? [])]).toEqual([
      ['id', undefined],
      // A member takes precedence over a relation of the same name.
      ['chapters', new Map([['id', undefined]])],
    ]);
    const author = plan?.relations.get('author');
    expect(author?.text).toBe('id,books.authorId');
    expect([...(author?.members.keys() ?? [])]).toEqual(['id']);
    expect(plan && impliedPaths(plan)).toEqual(['author.books']);
  });

  it('include everything of a name that is selected with and without subfields', () => {
    expect(planned(['author.id', 'author', 'chapters.id,chapters'])).toMatchObject({
      members: new Map([['chapters', undefined]]),
      relations: new Map([['author', undefined]]),
    });
  });

  it('have the same names on a page and on its items', () => {
    expect(planned('id,author.id', 'listBooks')?.text).toBe('id,author.id');
  });

  it('are undefined without a name', () => {
    for (const fields of [[], '', ',']) expect(planned(fields)).toBeUndefined();
  });

  it.each([
    ['autor', 'autor', ['id', 'authorId', 'chapters', 'author'], 'author'],
    ['author.ids', 'author.ids', ['id', 'books'], 'id'],
    ['chapters.name', 'chapters.name', ['id'], 'id'],
    ['id.x', 'id.x', [], undefined],
    ['burn', 'burn', ['id', 'authorId', 'chapters', 'author'], undefined],
    ['_links', '_links', ['id', 'authorId', 'chapters', 'author'], undefined],
    ['constructor', 'constructor', ['id', 'authorId', 'chapters', 'author'], undefined],
  ])('are rejected for %s with 400 and the allowed names', (fields, path, allowed, nearest) => {
    const { status, type, extensions, message } = problemOf(() => planned(fields));
    expect([status, type.code, extensions.path]).toEqual([400, 'fields-unknown', path]);
    expect((extensions.allowed as string[]).toSorted()).toEqual(allowed.toSorted());
    if (nearest === undefined) return;
    expect(extensions.nearest).toBe(nearest);
    expect(message).toContain(nearest);
  });

  it('may have any name if the schema is open', () => {
    const open = new LinkGraph([
      {
        name: 'things',
        document: document(
          {
            '/things': {
              get: {
                operationId: 'getThing',
                responses: {
                  200: {
                    description: '',
                    content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
                  },
                },
              },
            },
          },
          { schemas: { Thing: { type: 'object', properties: { id: {}, more: { type: 'object' } } } } },
        ),
      },
    ]);
    const operation = open.operation('things', 'getThing');
    if (operation === undefined) throw new Error('getThing');
    expect([...(planFields(['more.whatever'], operation)?.members ?? [])]).toEqual([
      ['more', new Map([['whatever', undefined]])],
    ]);
    expect(problemOf(() => planFields(['other'], operation)).extensions.allowed).toEqual(['id', 'more']);
  });
});
