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

describe('Service', () => {
  it('The root has links to start from', async () => {
    const { body } = await request(app()).get('/').expect(200);
    expect(body._links.self.href).toBe('/');
    await request(app()).get(body._links['service-desc'].href).expect(200);
  });

  it('Own relations are expanded without a call, and others on behalf of the client', async () => {
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

  it('Members outside of the contract are never sent', async () => {
    const { text } = await request(app()).get('/books/b/chapters/one').expect(200);
    expect(text).not.toMatch(/secret/);
  });

  it('An action is offered only in states that allow it, and a refusal lists the possible actions', async () => {
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

  it('The deprecation of an operation is in every response and in its document', async () => {
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
    ['A crash', () => new Error('password=hunter2')],
    ['An undeclared problem', () => new Problem(circuitOpen, 'hunter2')],
  ])('%s becomes an internal error without details', async (_name, fault) => {
    const failing = { ...handlers, getBook: () => Promise.reject(fault()) };
    const { body, text } = await request(app({ handlers: failing }))
      .get('/books/b')
      .expect(500);
    expect(body).toMatchObject({ type: '/problems/internal-error', requestId: expect.any(String) });
    expect(text).not.toMatch(/hunter2|\bat \//);
  });

  it('An action without a row, or a row without a link, prevents the start', () => {
    expect(() => app({ affordances: [] })).toThrow('Book: add a row for burn to the affordance table');
    const nowhere = affordances(Book, { rows: [{ rel: 'shelve', operation: burnBook, when: () => true }] });
    expect(() => app({ affordances: [burnable, nowhere] })).toThrow('Book: add a link shelve to burnBook');
  });

  it('An operation without a handler returns 501 and others still work', async () => {
    const { getBook: _, ...some } = handlers;
    const young = app({ handlers: some });
    const { body } = await request(young).get('/books/b').expect(501);
    expect(body).toMatchObject({
      type: '/problems/not-implemented',
      detail: 'getBook has no handler yet.',
    });
    await request(young).get('/books').expect(200);
  });

  it('HEAD and OPTIONS are supported', async () => {
    const head = await request(app()).head('/books/b').expect(200);
    expect(head.headers.etag).toMatch(/^"/);
    const options = await request(app()).options('/books/b').expect(204);
    expect(options.headers.allow).toBe('GET, HEAD, OPTIONS');
  });
});
