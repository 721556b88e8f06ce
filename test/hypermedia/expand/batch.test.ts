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

describe('the calls for a set of targets', () => {
  it('are one for all that one operation can answer, with a limit that lets all of them in', () => {
    expect(hrefs(target('/authors/a'), target('/authors/b%2Fc'), target('/authors/d'))).toEqual([
      '/authors?id=a%2Cb%2Fc%2Cd&limit=3'.replace('/c', '%2Fc'),
    ]);
  });

  it('are one each where there is no such operation', () => {
    const chapters = ['one', 'two'].map((id) => target(`/books/b/chapters/${id}`, '', getChapter));
    expect(hrefs(...chapters)).toEqual(['/books/b/chapters/one', '/books/b/chapters/two']);
  });

  it('are the plain one where there is one target', () => {
    expect(hrefs(target('/authors/a'))).toEqual(['/authors/a']);
  });

  it('keep apart what is expanded differently, or asked for in a way of its own', () => {
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

  it('leave alone an id in which stands what parts ids', () => {
    expect(hrefs(target('/authors/a%2Cb'), target('/authors/c'), target('/authors/d'))).toEqual([
      '/authors/a%2Cb',
      '/authors?id=c%2Cd&limit=2',
    ]);
  });

  it('are no larger than the contract allows', () => {
    const many = Array.from({ length: 201 }, (_, index) => target(`/authors/${index}`));
    const calls = planRequests(many);
    expect(calls.map(({ targets }) => targets.length)).toEqual([100, 100, 1]);
    expect(calls[2]?.href).toBe('/authors/200');
  });
});

describe('x-batches in a document of another hand', () => {
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

  it('is asked in the style that the document names, without a limit that it does not have', () => {
    expect(two(withParameter({}))).toEqual(['/authors?key=a&key=b']);
    expect(two(withParameter({ explode: false }))).toEqual(['/authors?key=a%2Cb']);
    expect(two(withParameter({ style: 'pipeDelimited', explode: false }))).toEqual(['/authors?key=a%7Cb']);
  });

  it('is not used, and noted, where it names no operation that it could stand for', () => {
    const graph = withParameter({ 'x-batches': 'getNobody' });
    expect(two(graph)).toEqual(['/authors/a', '/authors/b']);
    expect(graph.dangling).toContain('listAuthors x-batches');
  });
});
