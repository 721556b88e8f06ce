import { describe, expect, it } from '@jest/globals';
import { type ExpandTarget, planRequests } from '../../../src/hypermedia/expand/batch.ts';
import { parseExpand } from '../../../src/hypermedia/expand/parse.ts';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';
import type { GraphOperation } from '../../../src/hypermedia/graph/model.ts';
import { documented, libraryGraph } from '../../support/graph.ts';

const operation = (graph: LinkGraph, service: string, id: string): GraphOperation => {
  const found = graph.operation(service, id);
  if (found === undefined) throw new Error(id);
  return found;
};
const getAuthor = operation(libraryGraph(), 'authors', 'getAuthor');
const getChapter = operation(libraryGraph(), 'books', 'getChapter');

const target = (href: string, expand = '', of = getAuthor): ExpandTarget => ({
  href,
  operation: of,
  expand: parseExpand([expand]).tree,
});
const hrefs = (...targets: ExpandTarget[]) => planRequests(targets).map(({ href }) => href);

describe('The requests for a set of targets', () => {
  it('are one batch for all targets of an operation, with a sufficient limit', () => {
    expect(hrefs(target('/authors/a'), target('/authors/b%2Fc'), target('/authors/d'))).toEqual([
      '/authors?id=a%2Cb%2Fc%2Cd&limit=3'.replace('/c', '%2Fc'),
    ]);
  });

  it('are one for each target without a batch operation', () => {
    const chapters = ['one', 'two'].map((id) => target(`/books/b/chapters/${id}`, '', getChapter));
    expect(hrefs(...chapters)).toEqual(['/books/b/chapters/one', '/books/b/chapters/two']);
  });

  it('are a plain request for a single target', () => {
    expect(hrefs(target('/authors/a'))).toEqual(['/authors/a']);
  });

  it('separate targets with different expansions or queries', () => {
    expect(
      hrefs(
        target('/authors/a'),
        target('/authors/b', 'books'),
        target('/authors/c'),
        target('/authors/d?lang=la'),
        target('/authors/e', 'books'),
      ),
    ).toEqual(['/authors?id=a%2Cc&limit=2', '/authors?id=b%2Ce&limit=2&expand=books', '/authors/d?lang=la']);
  });

  it('fetch an id that contains the separator alone', () => {
    expect(hrefs(target('/authors/a%2Cb'), target('/authors/c'), target('/authors/d'))).toEqual([
      '/authors/a%2Cb',
      '/authors?id=c%2Cd&limit=2',
    ]);
  });

  it('are batches within the limit of the contract', () => {
    const many = Array.from({ length: 201 }, (_, index) => target(`/authors/${index}`));
    const calls = planRequests(many);
    expect(calls.map(({ targets }) => targets.length)).toEqual([100, 100, 1]);
    expect(calls[2]?.href).toBe('/authors/200');
  });
});

describe('x-batches in a foreign document', () => {
  const authors = documented('authors');
  const withParameter = (parameter: object) => {
    const document = structuredClone(authors.document);
    const list = document.paths?.['/authors']?.get;
    if (list?.parameters === undefined) throw new Error('listAuthors');
    list.parameters = [
      {
        name: 'key',
        in: 'query',
        schema: { type: 'array', items: { type: 'string' } },
        'x-batches': 'getAuthor',
        ...parameter,
      },
    ];
    return new LinkGraph([{ name: 'authors', document }]);
  };
  const two = (graph: LinkGraph) => {
    const get = operation(graph, 'authors', 'getAuthor');
    return hrefs(target('/authors/a', '', get), target('/authors/b', '', get));
  };

  it('follows the declared style, without an undeclared limit', () => {
    expect(two(withParameter({}))).toEqual(['/authors?key=a&key=b']);
    expect(two(withParameter({ explode: false }))).toEqual(['/authors?key=a%2Cb']);
    expect(two(withParameter({ style: 'pipeDelimited', explode: false }))).toEqual(['/authors?key=a%7Cb']);
  });

  it('is ignored and reported if it names no matching operation', () => {
    const graph = withParameter({ 'x-batches': 'getNobody' });
    expect(two(graph)).toEqual(['/authors/a', '/authors/b']);
    expect(graph.dangling).toContain('listAuthors x-batches');
  });
});
