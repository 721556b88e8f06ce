import { describe, expect, it } from '@jest/globals';
import { defaultLimits } from '../../../src/config/limits.ts';
import { Problem } from '../../../src/contract/problem.ts';
import { notFound } from '../../../src/contract/problems.ts';
import { expandBody } from '../../../src/hypermedia/expand/expand.ts';
import type { Part } from '../../../src/hypermedia/expand/fetch.ts';
import { parseExpand } from '../../../src/hypermedia/expand/parse.ts';
import { planExpand } from '../../../src/hypermedia/expand/plan.ts';
import type { Body } from '../../../src/hypermedia/formats/format.ts';
import { hal } from '../../../src/hypermedia/formats/hal.ts';
import { libraryGraph } from '../../support/graph.ts';

const graph = libraryGraph();
const book = (id: string, authorId: string): Body => ({
  id,
  _links: { self: { href: `/books/${id}` }, author: { href: `/authors/${authorId}` } },
});
const author = (id: string): Body => ({
  id,
  _links: { self: { href: `/authors/${id}` }, books: { href: `/books?authorId=${id}` } },
});
const page = (...items: Body[]): Body => ({
  _links: { self: { href: '/books' }, next: { href: '/books?cursor=x' } },
  _embedded: { item: items },
});

/** A world of resources by href; what is not there is a 404. */
const world = (resources: Record<string, Body>, cacheControl?: string) => {
  const calls: string[] = [];
  const fetch = async (href: string): Promise<Part> => {
    calls.push(href);
    const body = resources[href];
    if (body === undefined) throw new Problem(notFound, `There is no ${href}.`);
    return { body: structuredClone(body), cacheControl };
  };
  return { calls, fetch };
};

async function expand(
  operationId: string,
  body: Body,
  paths: string,
  { fetch }: ReturnType<typeof world>,
  cacheControl?: string,
) {
  const subject = graph.operation('books', operationId);
  if (subject === undefined) throw new Error(operationId);
  const limits = defaultLimits.expand;
  const plan = planExpand(parseExpand([paths]), subject, () => false, limits);
  const deadline = new AbortController().signal;
  return expandBody(structuredClone(body), plan, {
    fetch,
    format: hal,
    expand: paths,
    cacheControl,
    limits,
    deadline,
  });
}

describe('expansion', () => {
  it('embeds the whole resource and keeps the link', async () => {
    const { body } = await expand('getBook', book('1', 'a'), 'author', world({ '/authors/a': author('a') }));
    expect(body).toEqual({ ...book('1', 'a'), _embedded: { author: author('a') } });
  });

  it('fetches a target once, however many lead to it', async () => {
    const at = world({ '/authors/a': author('a'), '/authors/b': author('b') });
    const items = [book('1', 'a'), book('2', 'b'), book('3', 'a')];
    const { body } = await expand('listBooks', page(...items), 'author', at);
    expect(at.calls.sort()).toEqual(['/authors/a', '/authors/b']);
    const expanded = (body._embedded as { item: Body[] }).item;
    expect(expanded.map((item) => (item._embedded as { author: Body }).author.id)).toEqual(['a', 'b', 'a']);
  });

  it('embeds a collection as its first page, with its own links', async () => {
    const books = page(book('1', 'a'), book('2', 'a'));
    const at = world({ '/authors/a': author('a'), '/books?authorId=a': books });
    const { body } = await expand('getBook', book('9', 'a'), 'author.books', at);
    expect(body).toHaveProperty(['_embedded', 'author', '_embedded', 'books'], books);
  });

  it('cuts a cycle to the link', async () => {
    const at = world({ '/authors/a': author('a'), '/books?authorId=a': page(book('1', 'a')) });
    const { body } = await expand('getBook', book('1', 'a'), 'author.books.author', at);
    const [inner] = (
      body as { _embedded: { author: { _embedded: { books: { _embedded: { item: Body[] } } } } } }
    )._embedded.author._embedded.books._embedded.item;
    expect(inner).toEqual(book('1', 'a'));
    expect(at.calls).toEqual(['/authors/a', '/books?authorId=a']);
  });

  it('leaves out what fails, lists it once, and must not be kept', async () => {
    const at = world({ '/authors/b': author('b') }, 'max-age=60');
    const given = page(book('1', 'a'), book('2', 'b'), book('3', 'a'));
    const { body, failures, cacheControl } = await expand('listBooks', given, 'author', at, 'max-age=60');
    expect(body._expandErrors).toEqual([
      { path: 'author', href: '/authors/a', problem: expect.objectContaining({ status: 404 }) },
    ]);
    const [first, second] = (body._embedded as { item: Body[] }).item;
    expect(first).toEqual(book('1', 'a'));
    expect(second).toHaveProperty('_embedded.author.id', 'b');
    expect([failures.length, cacheControl]).toEqual([1, 'no-store']);
  });

  it('reports what fails further down under its whole path', async () => {
    const at = world({ '/authors/a': author('a') });
    const { body } = await expand('getBook', book('1', 'a'), 'author.books', at);
    expect(body._expandErrors).toMatchObject([{ path: 'author.books', href: '/books?authorId=a' }]);
    expect(body).toHaveProperty('_embedded.author.id', 'a');
  });

  it('keeps `expand` in the links to other pages', async () => {
    const at = world({ '/authors/a': author('a') });
    const { body } = await expand('listBooks', page(book('1', 'a')), 'author', at);
    expect(body._links).toMatchObject({
      self: { href: '/books' },
      next: { href: '/books?cursor=x&expand=author' },
    });
  });

  it.each([
    ['max-age=60', 'max-age=10', 'max-age=10'],
    ['max-age=60', 'private, max-age=90', 'private, max-age=60'],
    ['max-age=60', 'no-cache', 'no-cache'],
    ['max-age=60', undefined, 'no-cache'],
    ['max-age=60', 'no-store', 'no-store'],
  ])('is as fresh as its parts: %s and %s make %s', async (own, part, whole) => {
    const at = world({ '/authors/a': author('a') }, part);
    const { cacheControl } = await expand('getBook', book('1', 'a'), 'author', at, own);
    expect(cacheControl).toBe(whole);
  });

  it('is the same whatever arrives first', async () => {
    const at = world({ '/authors/a': author('a'), '/authors/b': author('b') });
    const late = {
      ...at,
      fetch: async (href: string) => {
        if (href.endsWith('a')) await new Promise(setImmediate);
        return at.fetch(href);
      },
    };
    const given = page(book('1', 'a'), book('2', 'b'), book('3', 'c'), book('4', 'd'));
    const [one, other] = await Promise.all([
      expand('listBooks', given, 'author', at),
      expand('listBooks', given, 'author', late),
    ]);
    expect(JSON.stringify(one.body)).toBe(JSON.stringify(other.body));
  });

  it('refuses to gather more resources than the limit', async () => {
    const items = Array.from({ length: 201 }, (_, index) => book(`${index}`, `${index}`));
    await expect(expand('listBooks', page(...items), 'author', world({}))).rejects.toMatchObject({
      status: 400,
      extensions: { limit: { resources: 200 } },
    });
  });
});
