/** Resources of other services are embedded as they were sent, within limits. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { defaultLimits } from '../../src/config/limits.ts';
import { affordances } from '../../src/hypermedia/affordances/affordance.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService } from '../../src/service/app.ts';
import { getJsonFrom } from '../../src/service/get-json.ts';
import { authors, Book, books, burnBook } from '../support/graph.ts';
import { memoryKeys } from '../support/keys.ts';

const HAL = 'application/hal+json';

/** A service of books, with an author resource of these bytes. */
function library(bytes: Buffer, contentType = HAL, most = defaultLimits.expand.bytes) {
  const book = (bookId: string) => ({ id: bookId, authorId: 'a', chapters: [] });
  return createService({
    contract: books,
    handlers: {
      listBooks: async () => ({ status: 200, body: { items: ['1', '2', '3'].map(book) } }) as never,
      getBook: async () => ({ status: 200, body: book('1') }) as never,
      getChapter: () => Promise.reject(new Error('unexpected call')),
      burnBook: () => Promise.reject(new Error('unexpected call')),
    },
    affordances: [
      affordances(Book, {
        state: () => 'WHOLE',
        rows: [{ rel: 'burn', operation: burnBook, when: () => true }],
      }),
    ],
    linked: [authors],
    getJson: getJsonFrom((name) => ({
      name,
      send: async () => ({
        status: 200,
        header: (header: string) => (header === 'content-type' ? contentType : undefined),
        rawHeaders: ['Content-Type', contentType],
        whole: async (limit: number) => {
          if (bytes.length > limit) throw new Error('too large');
          return bytes;
        },
      }),
    })),
    keys: memoryKeys(),
    log: createLog({ level: 'silent' }),
    limits: { ...defaultLimits, expand: { ...defaultLimits.expand, bytes: most } },
  });
}

describe('Resources that a service embeds from another', () => {
  const exact = '{"n":12345678901234567890,"z":-0,"p":1.10,"2":1,"1":2,"a":1,"a":2}';

  it('Numbers are embedded digit by digit', async () => {
    for (const accept of [HAL, 'application/json', 'application/vnd.siren+json']) {
      const { text } = await request(library(Buffer.from(exact)))
        .get('/books/1?expand=author')
        .accept(accept)
        .buffer(true)
        .expect(200);
      expect(text).toContain(exact.slice(1, -1));
    }
  });

  it('The charset of the response is used', async () => {
    const latin = Buffer.from('{"name":"\u00fc"}', 'latin1');
    const { body } = await request(library(latin, `${HAL}; charset=iso-8859-1`)).get(
      '/books/1?expand=author',
    );
    expect(body._embedded.author.name).toBe('\u00fc');
    const { body: broken } = await request(library(latin)).get('/books/1?expand=author').expect(200);
    expect(broken._expandErrors).toMatchObject([{ path: 'author', problem: { status: 502 } }]);
  });

  it('A resource that is too large is left out, and one embedded in too many places is refused', async () => {
    const part = Buffer.from(JSON.stringify({ text: 'x'.repeat(900) }));
    const { body } = await request(library(part, HAL, 800))
      .get('/books/1?expand=author')
      .expect(200);
    expect(body._expandErrors).toMatchObject([{ path: 'author', problem: { status: 502 } }]);
    await request(library(part, HAL, 1000))
      .get('/books/1?expand=author')
      .expect(200);
    const { body: refused } = await request(library(part, HAL, 2000))
      .get('/books?expand=author')
      .expect(400);
    expect(refused).toMatchObject({ type: '/problems/expand-limit', limit: { bytes: 2000 } });
  });
});
