import { beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { operation } from '../../../../src/contract/operation.ts';
import { z } from '../../../../src/contract/schema.ts';
import { VIA } from '../../../../src/http/headers/via.ts';
import { affordances } from '../../../../src/hypermedia/affordances/affordance.ts';
import { createLog } from '../../../../src/observability/log.ts';
import { createService } from '../../../../src/service/app.ts';
import { authors, Book, books, burnBook } from '../../../support/graph.ts';
import { memoryKeys } from '../../../support/keys.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const book = (id: string) => ({ id, authorId: 'a & b', chapters: [{ id: 'one' }, { id: '<two>' }] });
const accepts: string[] = [];

const app = createService({
  contract: books,
  handlers: {
    listBooks: async () => ({ status: 200, body: { items: [book('b'), book('c')], next: 'x' } }) as never,
    getBook: async ({ params }) =>
      ({ status: 200, body: book((params as { bookId: string }).bookId) }) as never,
    getChapter: async ({ params }) =>
      ({ status: 200, body: { id: (params as { chapterId: string }).chapterId } }) as never,
    burnBook: async () => ({ status: 200, body: book('ash') }) as never,
  },
  affordances: [
    affordances(Book, { rows: [{ rel: 'burn', operation: burnBook, when: ({ id }) => id !== 'ash' }] }),
  ],
  linked: [authors],
  getJson: async (_service, path, accept) => {
    accepts.push(accept);
    return { status: 200, body: { id: 'a', name: 'Ann', _links: { self: { href: path } } } };
  },
  keys: memoryKeys(),
  log: createLog({ level: 'silent' }),
});

const get = async (path: string): Promise<string> => {
  const { text, type, headers } = await request(app).get(path).set('Accept', BROWSER).expect(200);
  expect(type).toBe('text/html');
  expect(headers.vary).toContain('Accept');
  return text;
};

describe('The page of a resource', () => {
  it('is sent to browsers, and to other clients only on request', async () => {
    await get('/books/b');
    const type = async (accept: string) =>
      (await request(app).get('/books/b').set('Accept', accept).expect(200)).type;
    expect(await type('*/*')).toBe('application/prs.hal-forms+json');
    expect(await type('text/html;q=0.6, application/hal+json;q=0.9')).toBe('application/hal+json');
  });

  it('loads nothing from other hosts and runs no inline script', async () => {
    const { headers, text } = await request(app).get('/books/b').set('Accept', BROWSER);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; .*script-src 'self'; style-src 'self'/,
    );
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toMatch(
      /<script(?![^>]*src="\/)|<style|style="|\son\w+="|(?:src|href)="(?:https?:|\/\/)/,
    );
  });

  it('refers to files that are cached forever under a content hash', async () => {
    const files = [...(await get('/books/b')).matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(
      ([, path]) => path,
    );
    expect(files.length).toBeGreaterThan(2);
    for (const path of files as string[]) {
      const { headers, text, body } = await request(app).get(path).expect(200);
      expect(headers['cache-control']).toContain('immutable');
      const script = path.endsWith('.js') ? text : String(body);
      for (const [, other] of script.matchAll(/from '([^']+)'/g))
        await request(app).get(String(other)).expect(200);
    }
    const another = String(files[0]).replace(/\.\w+\./, '.0000000000.');
    expect((await request(app).get(another).expect(200)).headers['cache-control']).toBe('no-cache');
  });

  it('keeps its entity tag while the resource does not change', async () => {
    const { headers } = await request(app).get('/books/b').set('Accept', BROWSER);
    await request(app)
      .get('/books/b')
      .set('Accept', BROWSER)
      .set('If-None-Match', String(headers.etag))
      .expect(304)
      // A browser applies the headers of a 304 to its stored response.
      .expect('Content-Security-Policy', String(headers['content-security-policy']));
    const { headers: data } = await request(app).get('/books/b');
    expect(headers.etag).not.toBe(data.etag);
  });

  it('shows the state, escaped, its links, and each action that the state allows as a form', async () => {
    const text = await get('/books/b');
    expect(text).toContain('<h1>Book b</h1>');
    expect(text).toContain('<a href="/authors/a%20%26%20b">a &amp; b</a>');
    expect(text).toContain('&lt;two&gt;');
    expect(text).not.toContain('<two>');
    expect(text).toMatch(/<form action="\/books\/b\/burn"[^>]* data-method="POST"/);
    expect(text).toContain('<button class="primary">Burn this book</button>');
    expect(text).toContain('data-done="Book burned"');
    expect(text).not.toContain('Are you sure?');
    expect(text).not.toMatch(/<a href="\/books\/b\/burn"/);
    expect(await get('/books/ash')).not.toContain('<form');
  });

  it('accepts forms only from its own pages, or from a gateway that has checked the origin', async () => {
    const burn = (headers: Record<string, string>) => request(app).post('/books/b/burn').set(headers);
    const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await burn(evil)).body.type).toBe('/problems/cross-site');
    await burn({ Origin: 'https://evil.example' }).expect(403);
    await burn({ 'Sec-Fetch-Site': 'same-origin' }).expect(200);
    await burn({}).expect(200);
    await burn({ ...evil, Via: VIA }).expect(200);
  });

  it('asks before a destructive action, and shows it last', async () => {
    const operations = books.operations.map((one) =>
      one === burnBook ? { ...one, destructive: true } : one,
    );
    const service = createService({
      contract: { ...books, operations },
      handlers: { getBook: async () => ({ status: 200, body: book('b') }) as never },
      affordances: [affordances(Book, { rows: [{ rel: 'burn', operation: burnBook, when: () => true }] })],
      linked: [authors],
      getJson: async () => ({ status: 404, body: undefined }),
      keys: memoryKeys(),
      log: createLog({ level: 'silent' }),
    });
    const { text } = await request(service).get('/books/b').set('Accept', BROWSER).expect(200);
    expect(text).toMatch(
      /<details class="card action destructive" data-action-of="burn"><summary>Burn this book/,
    );
    expect(text).toContain('Are you sure?');
    expect(text).toContain('<button class="danger">Yes, burn this book</button>');
  });

  it('shows a collection as rows with links to the items and to other pages', async () => {
    const text = await get('/books');
    expect(text).toContain('<h1>Books</h1>');
    expect(text).toContain('<th scope="row"><a href="/books/b">b</a></th>');
    expect(text).toContain('<a href="/books?cursor=x" rel="next">Next</a>');
    expect(text).toMatch(/<form action="\/books" method="get" role="search"/);
  });

  it('embeds parts, and offers links to do so', async () => {
    expect(await get('/books/b')).toContain('href="/books/b?expand=author" aria-label="Show here: Author"');
    const text = await get('/books/b?expand=author');
    expect(text).toContain('<h2 id="part-author-0"><a href="/authors/a%20%26%20b">Ann</a></h2>');
    expect(text).toContain('href="/books/b" aria-label="Hide: Author"');
    // Parts are requested in the format that the page is built from, never as a page.
    expect(accepts).toEqual(['application/prs.hal-forms+json']);
  });

  it('links to gateway pages only behind the gateway', async () => {
    expect(await get('/books/b')).not.toContain('<a href="/status">');
    const { text } = await request(app)
      .get('/books/b')
      .set('Accept', BROWSER)
      .set('Via', `1.0 proxy, ${VIA}`);
    expect(text).toContain('<a href="/status">');
  });

  it('exists at the entry of a service without a gateway too', async () => {
    expect(await get('/')).toContain('<h1>Books</h1>');
  });

  it('is a problem page for browsers if the request fails', async () => {
    const { text, type } = await request(app).get('/books/b?expand=autor').set('Accept', BROWSER).expect(400);
    expect(type).toBe('text/html');
    expect(text).toContain('autor cannot be expanded. Did you mean author?');
    const data = await request(app).get('/books/b?expand=autor').expect(400);
    expect(data.type).toBe('application/problem+json');
    expect(data.headers.vary).toContain('Accept');
  });
});

describe('The forms of a page', () => {
  const shelve = operation({
    operationId: 'burnBook',
    method: 'post',
    path: '/books/{bookId}/burn',
    summary: 'Shelve',
    params: z.object({ bookId: z.string() }),
    body: z.strictObject({
      code: z
        .string()
        .max(8)
        .regex(/^[a-z_-]+$/),
      shelf: z.enum(['TOP_LEFT', 'BOTTOM']).optional().openapi({ description: 'Where it goes.' }),
      isOld: z.boolean(),
      at: z.iso.datetime(),
      note: z.string().max(500).optional(),
      chapters: z
        .array(z.strictObject({ id: z.string(), pages: z.int().min(1).max(9) }))
        .min(1)
        .max(3),
      words: z.array(z.string()).optional(),
      place: z.strictObject({ room: z.string() }).optional(),
    }),
    responses: { 200: { description: 'Shelved.', body: Book } },
  });
  let text = '';
  beforeAll(async () => {
    const operations = books.operations.map((one) => (one.operationId === 'burnBook' ? shelve : one));
    const service = createService({
      contract: { ...books, operations },
      handlers: Object.fromEntries(
        operations.map(({ operationId }) => [
          operationId,
          async () => ({ status: 200, body: book('b') }) as never,
        ]),
      ),
      affordances: [affordances(Book, { rows: [{ rel: 'burn', operation: shelve, when: () => true }] })],
      linked: [authors],
      getJson: async () => ({ status: 404, body: undefined }),
      keys: memoryKeys(),
      log: createLog({ level: 'silent' }),
    });
    ({ text } = await request(service).get('/books/b').set('Accept', BROWSER).expect(200));
  });
  const control = (member: string): string =>
    new RegExp(`<(?:input|select|textarea)[^>]* data-member="${member}"[^>]*>`).exec(text)?.[0] ?? '';

  it('have the constraints of the contract', () => {
    expect(control('code')).toContain('required');
    expect(control('code')).toContain('maxlength="8" pattern="^[a-z_\\-]+$"');
    expect(control('pages')).toContain('type="number" min="1" max="9" inputmode="numeric" step="1"');
    expect(control('at')).toContain('type="datetime-local"');
    expect(control('note')).toMatch(/^<textarea.*maxlength="500"/);
    expect(control('note')).not.toContain('required');
  });

  it('offer options whose values keep their type', () => {
    expect(text).toContain('<option value="&quot;TOP_LEFT&quot;">Top left</option>');
    expect(text).toContain('<option value="true">Yes</option>');
    expect(text).toContain('Where it goes.</small>');
  });

  it('have growing lists and groups, filled with the current values', () => {
    expect(text).toMatch(/<fieldset data-member="chapters" data-list data-least="1" data-most="3">/);
    expect(text).toContain('id="burn-chapters-1-id" data-member="id" data-value required');
    expect(text).toContain('value="&lt;two&gt;"');
    expect(text).toMatch(/<fieldset data-member="words" data-optional data-list data-least="0"/);
    expect(text).toMatch(/<fieldset data-member="place" data-optional>/);
  });

  it('label every control', () => {
    const ids = [...text.matchAll(/<(?:input|select|textarea) id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(text).toContain(`<label for="${id}">`);
  });
});
