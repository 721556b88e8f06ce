import { describe, expect, it } from '@jest/globals';
import { defaultLimits, type ExpandLimits } from '../../../src/config/limits.ts';
import { Problem } from '../../../src/contract/problem.ts';
import { notFound, serviceUnreachable } from '../../../src/contract/problems.ts';
import { expandBody } from '../../../src/hypermedia/expand/expand.ts';
import type { FetchedPart } from '../../../src/hypermedia/expand/fetch.ts';
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

/** Resources by href; any other href is a 404. Many authors can be fetched in one batch. */
const world = (resources: Record<string, Body>, cacheControl?: string) => {
  const calls: string[] = [];
  const authorsOf = (href: string) => {
    const ids = new URLSearchParams(href.split('?')[1]).get('id')?.split(',') ?? [];
    return page(...ids.map((id) => resources[`/authors/${id}`]).filter((body) => body !== undefined));
  };
  const fetch = async (href: string): Promise<FetchedPart> => {
    calls.push(href);
    const body = href.startsWith('/authors?') ? authorsOf(href) : resources[href];
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
  given: {
    cacheControl?: string;
    deadline?: AbortSignal;
    concurrency?: number;
    limits?: Partial<ExpandLimits>;
    isProjected?: boolean;
  } = {},
) {
  const {
    cacheControl,
    deadline = new AbortController().signal,
    concurrency = 16,
    isProjected = false,
  } = given;
  const subject = graph.operation('books', operationId) ?? graph.operation('authors', operationId);
  if (subject === undefined) throw new Error(operationId);
  const limits = { ...defaultLimits.expand, concurrency, ...given.limits };
  const plan = planExpand(parseExpand([paths]), subject, () => false, limits);
  return expandBody(structuredClone(body), plan, {
    fetch,
    format: hal,
    expand: paths,
    cacheControl,
    limits,
    deadline,
    isProjected,
  });
}

describe('An expansion', () => {
  it('embeds the complete resource and keeps the link', async () => {
    const { body } = await expand('getBook', book('1', 'a'), 'author', world({ '/authors/a': author('a') }));
    expect(body).toEqual({ ...book('1', 'a'), _embedded: { author: author('a') } });
  });

  it('fetches each target once, and targets of one operation in a batch', async () => {
    const at = world({ '/authors/a': author('a'), '/authors/b': author('b') });
    const items = [book('1', 'a'), book('2', 'b'), book('3', 'a')];
    const { body } = await expand('listBooks', page(...items), 'author', at);
    expect(at.calls).toEqual(['/authors?id=a%2Cb&limit=2']);
    const expanded = (body._embedded as { item: Body[] }).item;
    expect(expanded.map((item) => (item._embedded as { author: Body }).author.id)).toEqual(['a', 'b', 'a']);
  });

  it('fetches alone what a batch left out, and reports why it is missing', async () => {
    const at = world({ '/authors/a': author('a') });
    const items = [book('1', 'a'), book('2', 'b')];
    const { body } = await expand('listBooks', page(...items), 'author', at);
    expect(at.calls).toEqual(['/authors?id=a%2Cb&limit=2', '/authors/b']);
    expect(body._expandErrors).toMatchObject([
      { path: 'author', href: '/authors/b', problem: { status: 404 } },
    ]);
    expect((body._embedded as { item: Body[] }).item[0]).toHaveProperty('_embedded.author.id', 'a');
  });

  it.each([
    ['404', notFound, ['/authors?id=a%2Cb&limit=2', '/authors/a', '/authors/b'], 0],
    ['unreachable', serviceUnreachable, ['/authors?id=a%2Cb&limit=2'], 2],
  ])(
    'fetches parts one by one when a batch fails, but not when the service is unreachable: %s',
    async (_, type, calls, failed) => {
      const at = world({ '/authors/a': author('a'), '/authors/b': author('b') });
      const fetch = (href: string) => {
        if (!href.includes('?')) return at.fetch(href);
        at.calls.push(href);
        return Promise.reject(new Problem(type, 'no'));
      };
      const items = [book('1', 'a'), book('2', 'b')];
      const { failures } = await expand('listBooks', page(...items), 'author', { ...at, fetch });
      expect(at.calls).toEqual(calls);
      expect(failures).toHaveLength(failed);
    },
  );

  it('leaves out parts that are missing at the deadline, without waiting longer', async () => {
    const deadline = new AbortController();
    const never = new Promise<FetchedPart>(() => undefined);
    const at = world({ '/authors/a': author('a') });
    const fetch = (href: string) => {
      if (!href.startsWith('/books')) return at.fetch(href);
      deadline.abort();
      return never;
    };
    const { body, cacheControl } = await expand(
      'getBook',
      book('1', 'a'),
      'author.books',
      { ...at, fetch },
      {
        deadline: deadline.signal,
      },
    );
    expect(body).toHaveProperty('_embedded.author.id', 'a');
    expect(body._expandErrors).toMatchObject([
      { path: 'author.books', problem: { type: '/problems/upstream-timeout', status: 504 } },
    ]);
    expect(cacheControl).toBe('no-store');
  });

  it('respects the limit of concurrent requests', async () => {
    let [running, most] = [0, 0];
    const fetch = async (href: string): Promise<FetchedPart> => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return { body: { _links: { self: { href } } } };
    };
    const chapters = Array.from({ length: 9 }, (_, index) => ({ href: `/books/1/chapters/${index}` }));
    const given = { id: '1', _links: { self: { href: '/books/1' }, chapters } };
    const { body } = await expand('getBook', given, 'chapters', { calls: [], fetch }, { concurrency: 4 });
    expect((body._embedded as { chapters: Body[] }).chapters).toHaveLength(9);
    expect(most).toBe(4);
  });

  it('embeds a collection as its first page, with its own links', async () => {
    const books = page(book('1', 'a'), book('2', 'a'));
    const at = world({ '/authors/a': author('a'), '/books?authorId=a': books });
    const { body } = await expand('getBook', book('9', 'a'), 'author.books', at);
    expect(body).toHaveProperty(['_embedded', 'author', '_embedded', 'books'], books);
  });

  it('ends a cycle with the link', async () => {
    const at = world({ '/authors/a': author('a'), '/books?authorId=a': page(book('1', 'a')) });
    const { body } = await expand('getBook', book('1', 'a'), 'author.books.author', at);
    const [inner] = (
      body as { _embedded: { author: { _embedded: { books: { _embedded: { item: Body[] } } } } } }
    )._embedded.author._embedded.books._embedded.item;
    expect(inner).toEqual(book('1', 'a'));
    expect(at.calls).toEqual(['/authors/a', '/books?authorId=a']);
  });

  it('leaves out failed parts, lists each once, and is not stored', async () => {
    const at = world({ '/authors/b': author('b') }, 'max-age=60');
    const given = page(book('1', 'a'), book('2', 'b'), book('3', 'a'));
    const { body, failures, cacheControl } = await expand('listBooks', given, 'author', at, {
      cacheControl: 'max-age=60',
    });
    expect(body._expandErrors).toEqual([
      { path: 'author', href: '/authors/a', problem: expect.objectContaining({ status: 404 }) },
    ]);
    const [first, second] = (body._embedded as { item: Body[] }).item;
    expect(first).toEqual(book('1', 'a'));
    expect(second).toHaveProperty('_embedded.author.id', 'b');
    expect([failures.length, cacheControl]).toEqual([1, 'no-store']);
  });

  it('reports nested failures under their complete path', async () => {
    const at = world({ '/authors/a': author('a') });
    const { body } = await expand('getBook', book('1', 'a'), 'author.books', at);
    expect(body._expandErrors).toMatchObject([{ path: 'author.books', href: '/books?authorId=a' }]);
    expect(body).toHaveProperty('_embedded.author.id', 'a');
  });

  it("reports failures of a part's service at the top, under their complete path", async () => {
    const failure = { path: 'books', href: '/books?authorId=a', problem: { status: 503 } };
    const at = world({ '/authors/a': { ...author('a'), _expandErrors: [failure] } });
    const { body, failures } = await expand('getBook', book('1', 'a'), 'author', at);
    const reported = { ...failure, path: 'author.books' };
    expect([body._expandErrors, failures]).toEqual([[reported], [reported]]);
    expect(body).toHaveProperty('_embedded.author', author('a'));
  });

  it.each([
    ['what is no list', 'none'],
    ['a list in which something else stands', [{ path: 'books', href: '/x', problem: {} }, 'more']],
    ['failures without a problem', [{ path: 'books', href: '/x' }]],
    ['failures without a path', [{ href: '/x', problem: {} }]],
    ['failures without an href', [{ path: 'books', problem: {} }]],
  ])('does not change a part whose _expandErrors are %s', async (_, own) => {
    const part = { ...author('a'), _expandErrors: own };
    const { body, failures } = await expand(
      'getBook',
      book('1', 'a'),
      'author',
      world({ '/authors/a': part }),
    );
    expect(body).toHaveProperty('_embedded.author', part);
    expect([body._expandErrors, failures]).toEqual([undefined, []]);
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
  ])('combines the freshness of its parts: %s and %s give %s', async (own, part, whole) => {
    const at = world({ '/authors/a': author('a') }, part);
    const { cacheControl } = await expand('getBook', book('1', 'a'), 'author', at, { cacheControl: own });
    expect(cacheControl).toBe(whole);
  });

  it('does not depend on the order of arrival', async () => {
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

  it('rejects more resources than the limit before it fetches them', async () => {
    const items = Array.from({ length: 201 }, (_, index) => book(`${index}`, `${index}`));
    const at = world({});
    const refusal = { status: 400, extensions: { limit: { resources: 200 } } };
    await expect(expand('listBooks', page(...items), 'author', at)).rejects.toMatchObject(refusal);
    expect(at.calls).toEqual([]);
  });

  it('counts a shared resource once, and limits its places', async () => {
    const items = (count: number) => Array.from({ length: count }, (_, index) => book(`${index}`, 'a'));
    const at = world({ '/authors/a': author('a') });
    await expand('listBooks', page(...items(2000)), 'author', at);
    await expect(expand('listBooks', page(...items(2001)), 'author', at)).rejects.toMatchObject({
      extensions: { limit: { embeds: 2000 } },
    });
  });

  it('counts the items of embedded pages', async () => {
    const items = Array.from({ length: 200 }, (_, index) => book(`${index}`, 'a'));
    const at = world({ '/authors/a': author('a'), '/books?authorId=a': page(...items) });
    const tooMany = expand('getBook', book('1', 'a'), 'author.books', at);
    await expect(tooMany).rejects.toMatchObject({ status: 400 });
    const fewer = world({ '/authors/a': author('a'), '/books?authorId=a': page(...items.slice(1)) });
    await expand('getBook', book('1', 'a'), 'author.books', fewer);
  });

  it('keeps the expansion in the links to the next and previous page', async () => {
    const paging = Object.fromEntries(
      ['first', 'prev', 'next', 'last'].map((rel) => [rel, { href: `/books?cursor=${rel}` }]),
    );
    const template = { href: '/books{?q}', templated: true };
    const body = { _links: { ...paging, search: template }, _embedded: { item: [] } };
    const { body: expanded } = await expand('listBooks', body, 'author', world({}));
    const links = expanded._links as Record<string, { href: string }>;
    for (const rel of Object.keys(paging))
      expect(links[rel]?.href).toBe(`/books?cursor=${rel}&expand=author`);
    expect(links.search).toEqual(template);
  });
});

describe('An expansion beyond a limit', () => {
  const large = (id: string, bytes: number): Body => ({ ...author(id), text: 'x'.repeat(bytes) });
  const refusal = (name: string, most: number) => ({
    type: { code: 'expand-limit' },
    extensions: { limit: { [name]: most } },
  });

  it('is rejected for its bytes, counted in every place', async () => {
    const items = Array.from({ length: 10 }, (_, n) => book(`${n}`, 'a'));
    const at = world({ '/authors/a': large('a', 950) });
    const limits = { bytes: 10_000 };
    await expect(expand('listBooks', page(...items), 'author', at, { limits })).rejects.toMatchObject(
      refusal('bytes', 10_000),
    );
    const { body } = await expand('listBooks', page(...items.slice(1)), 'author', at, { limits });
    expect(JSON.stringify(body).match(/x{950}/g)).toHaveLength(9);
  });

  it('is rejected for the bytes of the items of a batch', async () => {
    const items = [...Array.from({ length: 9 }, (_, n) => book(`${n}`, 'a')), book('9', 'b')];
    const at = world({ '/authors/a': large('a', 900), '/authors/b': author('b') });
    const limits = { bytes: 8000 };
    await expect(expand('listBooks', page(...items), 'author', at, { limits })).rejects.toMatchObject(
      refusal('bytes', 8000),
    );
  });

  it.each([
    ['bytes', 3000],
    ['embeds', 40],
    ['resources', 35],
  ] as const)(
    'is rejected for its %s as soon as there is too much, and sends no further requests',
    async (name, most) => {
      const items = Array.from({ length: 30 }, (_, n) => author(`${n}`));
      const at = world(
        Object.fromEntries(
          items.map(({ id }) => [
            `/books?authorId=${id}`,
            page(
              ...Array.from({ length: 10 }, (_, n) => ({ ...book(`${id}-${n}`, 'x'), text: 'x'.repeat(20) })),
            ),
          ]),
        ),
      );
      const limits = { [name]: most };
      const given = { concurrency: 1, limits };
      await expect(expand('listAuthors', page(...items), 'books', at, given)).rejects.toMatchObject(
        refusal(name, most),
      );
      expect(at.calls.length).toBeLessThan(10);
    },
  );

  it('shares equal parts, except parts that are expanded or changed', async () => {
    const items = [book('1', 'a'), book('2', 'a')];
    const resources = { '/authors/a': author('a'), '/books?authorId=a': page(book('3', 'a')) };
    const embedded = async (paths: string, isProjected = false) => {
      const { body } = await expand('listBooks', page(...items), paths, world(resources), { isProjected });
      return (body._embedded as { item: Body[] }).item.map((item) => (item._embedded as Body).author);
    };
    const [one, same] = await embedded('author');
    expect(one).toBe(same);
    for (const [first, second] of [await embedded('author', true), await embedded('author.books')]) {
      expect(first).not.toBe(second);
      expect(first).toEqual(second);
    }
  });
});
