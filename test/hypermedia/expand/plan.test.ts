import { describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../../src/config/limits.ts';
import { formatExpand, parseExpand } from '../../../src/hypermedia/expand/parse.ts';
import { isFullyPushedDown, planExpand, pushdown } from '../../../src/hypermedia/expand/plan.ts';
import type { GraphOperation } from '../../../src/hypermedia/graph/model.ts';
import { libraryGraph } from '../../support/graph.ts';
import { problemOf } from '../../support/problem-of.ts';

const graph = libraryGraph();
const operation = (service: string, id: string): GraphOperation => {
  const found = graph.operation(service, id);
  if (found === undefined) throw new Error(id);
  return found;
};
const getBook = operation('books', 'getBook');
/** As at the gateway: each service embeds its own resources. */
const atGateway = (owner: GraphOperation, target: GraphOperation) => owner.service === target.service;
const plan = (expand: string, subject = getBook) =>
  planExpand(parseExpand([expand]), subject, atGateway, defaultLimits.expand);

describe('The plan of an expansion', () => {
  it('joins repeated parameters and shares common prefixes', () => {
    const { tree, paths } = parseExpand(['author.books,author', 'chapters', '']);
    expect(paths).toEqual(['author.books', 'author', 'chapters']);
    expect(formatExpand(tree)).toBe('author.books,chapters');
  });

  it('lets a service embed its own resources, and fetches the others', () => {
    const nodes = plan('chapters,author.books.chapters');
    expect(nodes.map(({ rel, embedded }) => [rel, embedded])).toEqual([
      ['chapters', true],
      ['author', false],
    ]);
    expect(formatExpand(pushdown(nodes))).toBe('chapters');
    expect(formatExpand(pushdown(nodes[1]?.children[0]?.children ?? []))).toBe('chapters');
    expect(isFullyPushedDown(nodes)).toBe(false);
    expect(isFullyPushedDown(plan('chapters'))).toBe(true);
  });

  it('accepts the same names on a page as on its items', () => {
    expect(plan('author', operation('books', 'listBooks')).map(({ path }) => path)).toEqual(['author']);
  });

  it.each([
    ['autor', 'autor', ['author', 'chapters'], 'author'],
    ['author.book', 'author.book', ['books'], 'books'],
    ['burn', 'burn', ['author', 'chapters'], 'author'],
    ['self', 'self', ['author', 'chapters'], 'author'],
    ['chapters.x', 'chapters.x', [], undefined],
  ])('rejects %s with 400 and the allowed names', (expand, path, allowed, nearest) => {
    const { status, extensions } = problemOf(() => plan(expand));
    expect(status).toBe(400);
    expect(extensions).toMatchObject({ path, allowed });
    expect(extensions.nearest).toBe(nearest);
  });

  it('rejects more depth or paths than the limits allow, and names the limit', () => {
    const deep = problemOf(() => plan('author.books.author.books'));
    expect(deep.toJSON()).toMatchObject({ type: '/problems/expand-limit', status: 400, limit: { depth: 3 } });
    const wide = problemOf(() => plan(Array.from({ length: 11 }, (_, index) => `x${index}`).join()));
    expect(wide.toJSON()).toMatchObject({ limit: { paths: 10 } });
  });
});
