import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { Problem } from '../../src/contract/problem.ts';
import { circuitOpen } from '../../src/contract/problems.ts';
import { affordances, guard } from '../../src/hypermedia/affordances/affordance.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService, type ServiceOptions } from '../../src/service/app.ts';
import { authors, Book, books, burnBook } from '../support/graph.ts';
import { memoryKeys } from '../support/keys.ts';

const burnable = affordances(Book, {
  state: ({ id }) => (id === 'ash' ? 'BURNT' : 'WHOLE'),
  rows: [{ rel: 'burn', operation: burnBook, when: ({ id }) => id !== 'ash' }],
});

const log = createLog({ level: 'silent' });

const book = (id: string) => ({ id, authorId: 'a', chapters: [{ id: 'one' }, { id: 'two' }] });

const handlers: ServiceOptions['handlers'] = {
  listBooks: async () => ({ status: 200, body: { items: [book('b'), book('c')] } }) as never,
  getBook: async ({ params }) =>
    ({ status: 200, body: book((params as { bookId: string }).bookId) }) as never,
  getChapter: async ({ params }) =>
    ({
      status: 200,
      body: { id: (params as { chapterId: string }).chapterId, secret: 'not in the contract' },
    }) as never,
  burnBook: async ({ params }) => {
    const { bookId } = params as { bookId: string };
    guard(burnable, burnBook, book(bookId));
    return { status: 200, body: book('ash') } as never;
  },
};

const app = (changes: Partial<ServiceOptions> = {}) =>
  createService({
    contract: books,
    handlers,
    affordances: [burnable],
    linked: [authors],
    getJson: async (_service, path, accept) => ({ status: 200, body: { id: path, accept } }),
    keys: memoryKeys(),
    log,
    ...changes,
  });

describe('a service', () => {
  it('starts at / with links', async () => {
    const { body } = await request(app()).get('/').expect(200);
    expect(body._links.self.href).toBe('/');
    await request(app()).get(body._links['service-desc'].href).expect(200);
  });

  it('expands its own relations without a call, and those of others as the caller', async () => {
    const called: string[] = [];
    const getJson: ServiceOptions['getJson'] = async (service, path, accept) => {
      called.push(`${service} ${path} ${accept}`);
      return { status: 200, body: { id: 'a' }, cacheControl: 'no-cache' };
    };
    const { body } = await request(app({ getJson }))
      .get('/books/b?expand=chapters,author')
      .accept('application/hal+json')
      .expect(200);
    expect(body._embedded.chapters.map(({ id }: { id: string }) => id)).toEqual(['one', 'two']);
    expect(body._embedded.author).toEqual({ id: 'a' });
    expect(called).toEqual(['authors /authors/a application/hal+json']);
  });

  it('never sends what the contract does not have', async () => {
    const { text } = await request(app()).get('/books/b/chapters/one').expect(200);
    expect(text).not.toMatch(/secret/);
  });

  it('advertises an action only where it can be done, and refuses it with what can be done', async () => {
    const whole = await request(app()).get('/books/b').expect(200);
    expect(whole.headers['content-type']).toBe('application/prs.hal-forms+json');
    expect(whole.body._templates.burn).toMatchObject({
      method: 'POST',
      target: '/books/b/burn',
      title: 'Burn a book',
    });

    const burnt = await request(app()).post(whole.body._templates.burn.target).expect(200);
    expect(burnt.headers['content-location']).toBe('/books/ash');
    expect(burnt.body._templates).toBeUndefined();
    expect(burnt.body._links.burn).toBeUndefined();

    const refused = await request(app()).post('/books/ash/burn').expect(409);
    expect(refused.body).toMatchObject({
      type: '/problems/action-not-allowed',
      currentState: 'BURNT',
      allowed: [],
      _links: { self: { href: '/books/ash' } },
    });
  });

  it('tells with every answer that an operation is given up, and in its document', async () => {
    const deprecated = { since: '2026-01-01', sunset: '2027-01-01', link: '/news' };
    const operations = books.operations.map((operation) =>
      operation.operationId === 'getBook' ? { ...operation, deprecated } : operation,
    );
    const old = app({ contract: { ...books, operations } });
    const { headers } = await request(old).get('/books/b').expect(200);
    expect(headers).toMatchObject({ deprecation: '@1767225600', sunset: 'Fri, 01 Jan 2027 00:00:00 GMT' });
    expect(headers.link).toContain('</news>; rel="deprecation", </books/b>; rel="self"');
    const problem = await request(old).get('/books/b?expand=nothing').expect(400);
    expect(problem.headers.deprecation).toBe('@1767225600');
    expect((await request(old).get('/books').expect(200)).headers.deprecation).toBeUndefined();
    const { body } = await request(old).get('/openapi.json').expect(200);
    const { get } = body.paths['/books/{bookId}'];
    expect([get.deprecated, Object.keys(get.responses[200].headers)]).toEqual([
      true,
      expect.arrayContaining(['Deprecation', 'Sunset']),
    ]);
  });

  it.each([
    ['a crash', () => new Error('password=hunter2')],
    ['a problem that is not declared', () => new Problem(circuitOpen, 'hunter2')],
  ])('%s is an internal error that tells nothing', async (_name, fault) => {
    const failing = { ...handlers, getBook: () => Promise.reject(fault()) };
    const { body, text } = await request(app({ handlers: failing }))
      .get('/books/b')
      .expect(500);
    expect(body).toMatchObject({ type: '/problems/internal-error', requestId: expect.any(String) });
    expect(text).not.toMatch(/hunter2|\bat \//);
  });

  it('does not start with an action that no row speaks of, or a row without a link', () => {
    expect(() => app({ affordances: [] })).toThrow('Book: add a row for burn to the affordance table');
    const nowhere = affordances(Book, { rows: [{ rel: 'shelve', operation: burnBook, when: () => true }] });
    expect(() => app({ affordances: [burnable, nowhere] })).toThrow('Book: add a link shelve to burnBook');
  });

  it('answers 501 where there is no handler yet, and goes on with the others', async () => {
    const { getBook: _, ...some } = handlers;
    const young = app({ handlers: some });
    const { body } = await request(young).get('/books/b').expect(501);
    expect(body).toMatchObject({
      type: '/problems/not-implemented',
      detail: 'getBook has no handler yet.',
    });
    await request(young).get('/books').expect(200);
  });

  it('answers HEAD and OPTIONS for what it has', async () => {
    const head = await request(app()).head('/books/b').expect(200);
    expect(head.headers.etag).toMatch(/^"/);
    const options = await request(app()).options('/books/b').expect(204);
    expect(options.headers.allow).toBe('GET, HEAD, OPTIONS');
  });
});
