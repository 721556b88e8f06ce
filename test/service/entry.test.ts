/** Resources of a service besides its operations. */
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import type { Contract } from '../../src/contract/contract.ts';
import { HAL, JSON_TYPE, OPENAPI_JSON } from '../../src/contract/media-types.ts';
import { problemHandler } from '../../src/http/problems/problem-handler.ts';
import { entryRouter } from '../../src/service/entry.ts';
import { document } from '../support/gateway.ts';
import { books } from '../support/graph.ts';

const contract: Contract = {
  ...books,
  operations: books.operations.map((one) =>
    one.operationId === 'listBooks' ? { ...one, entry: 'books' } : one,
  ),
};
const whole = document({});
const app = (isDraining = false) =>
  express()
    .use(entryRouter(contract, whole, { isDraining: () => isDraining, checks: () => ({}) }))
    .use(problemHandler({ logger: { error: () => undefined } } as never));

const LINKS = {
  self: { href: '/' },
  'service-desc': { href: '/openapi/books.json', type: OPENAPI_JSON },
  status: { href: '/health', type: 'application/health+json' },
};

describe('Entry of a service', () => {
  it.each([HAL, JSON_TYPE])(
    'As %s the entry has the links to start from and none of other operations',
    async (type) => {
      const { body, headers } = await request(app()).get('/').accept(type).expect(200);
      expect(headers['content-type']?.split(';')[0]).toBe(type);
      expect(body).toEqual({
        title: 'Books',
        description: 'What is written.',
        version: '1.0.0',
        _links: { ...LINKS, books: { href: '/books', title: 'List books' } },
      });
    },
  );

  it.each([HAL, JSON_TYPE, 'text/html'])(
    'As %s the entry has its links in a header too, and clients with a current copy get a 304',
    async (type) => {
      const { headers } = await request(app()).get('/').accept(type).expect(200);
      for (const [rel, { href }] of Object.entries(LINKS)) {
        expect(headers.link).toContain(`<${href}>`);
        expect(headers.link).toContain(`rel="${rel}"`);
      }
      expect(headers['content-type']).toContain(type);
      await request(app()).get('/').accept(type).set('If-None-Match', String(headers.etag)).expect(304);
    },
  );

  it('The default format is HAL, browsers get a page, and other types are refused', async () => {
    expect((await request(app()).get('/')).headers['content-type']).toBe(HAL);
    const page = await request(app()).get('/').accept('text/html').expect(200);
    expect(page.text).toContain('<title>Books');
    expect(page.text).toContain('/books');
    await request(app()).get('/').accept('image/png').expect(406);
    const { headers } = await request(app()).post('/').expect(405);
    expect(headers.allow).toContain('GET');
  });
});

describe('Resources beside the entry', () => {
  it.each(['/openapi.json', '/openapi/books.json'])('The document is served at %s', async (path) => {
    const { headers, body } = await request(app())
      .get(path)
      .buffer(true)
      .parse((res, done) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (part: string) => {
          text += part;
        });
        res.on('end', () => done(null, text));
      })
      .expect(200);
    expect(headers['content-type']).toBe(OPENAPI_JSON);
    expect(JSON.parse(body)).toEqual(whole);
  });

  it('The health resource names the service and links to its document', async () => {
    const { body } = await request(app()).get('/health').expect(200);
    expect(body).toMatchObject({
      status: 'pass',
      serviceId: 'books',
      description: 'Books',
      version: '1.0.0',
      links: { 'service-desc': '/openapi/books.json' },
    });
    await request(app()).get('/health/ready').expect(200);
    await request(app(true)).get('/health/ready').expect(503);
  });

  it('The files of its pages are served', async () => {
    const { text } = await request(app()).get('/').accept('text/html');
    const files = [...text.matchAll(/(?:href|src)="(\/[^"]*\.(?:css|js|svg)[^"]*)"/g)].map(
      ([, path]) => path,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) await request(app()).get(String(path)).expect(200);
  });
});
