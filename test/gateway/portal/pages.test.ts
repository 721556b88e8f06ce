import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { firstSegment, RESERVED_SEGMENTS } from '../../../src/contract/reserved-paths.ts';
import { siteFilePath } from '../../../src/http/page/site-files.ts';
import { pagesApp } from '../../support/pages-app.ts';

const app = pagesApp();
const PATHS = [
  '/',
  '/docs',
  siteFilePath('linkway.css'),
  '/docs/linkway.another-day.css',
  '/docs/swagger-ui-bundle.js',
  '/docs?urls.primaryName=orders',
  '/docs?tag=orders',
  '/explorer',
  '/openapi.json',
  '/openapi.yaml',
  '/openapi.json?tag=orders',
  '/openapi/orders.json',
  '/openapi/orders.yaml',
  '/problems',
  '/problems/not-found',
  '/status',
  '/.well-known/api-catalog',
  '/health',
  '/health/live',
  '/health/ready',
];

/** These pages show the current state. */
const NEVER_STORED = ['/status', '/health', '/health/live', '/health/ready'];

describe.each(PATHS)('%s', (path) => {
  it('The page is under a reserved segment', () => {
    expect(RESERVED_SEGMENTS).toContain(firstSegment(path.split('?', 1)[0] ?? ''));
  });

  it('GET and HEAD have the same headers, with cache and security headers', async () => {
    const got = await request(app).get(path).expect(200);
    const head = await request(app).head(path).expect(200);

    expect(head.headers['content-type']).toBe(got.headers['content-type']);
    expect(head.headers['content-length']).toBe(got.headers['content-length']);
    expect(got.headers['cache-control']).toBeTruthy();
    expect(got.headers['content-security-policy']).toContain("default-src 'none'");
    expect(got.headers['x-content-type-options']).toBe('nosniff');
    expect(got.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('The page supports conditional requests and has cache headers', async () => {
    const { headers } = await request(app).get(path);
    const again = await request(app).get(path).set('If-None-Match', String(headers.etag));

    expect(headers['cache-control'] === 'no-store').toBe(NEVER_STORED.includes(path));
    expect(headers.etag).toBeTruthy();
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('Other methods are rejected with 405 and Allow', async () => {
    const refused = await request(app).post(path).send({}).expect(405);

    expect(refused.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(refused.type).toBe('application/problem+json');
    await request(app).options(path).expect(204).expect('Allow', 'GET, HEAD, OPTIONS');
  });
});

it.each(['/', '/problems', '/problems/not-found', '/status'])(
  '%s is HTML or HAL, and 406 if the client accepts neither',
  async (path) => {
    const type = async (accept: string) => {
      const response = await request(app).get(path).set('Accept', accept);
      expect(response.headers.vary).toContain('Accept');
      return response.type;
    };

    expect(await type('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).toBe('text/html');
    expect(await type('*/*')).toBe('application/hal+json');
    expect(await type('application/json')).toBe('application/json');
    expect(await type('text/html;q=0.6, application/prs.hal-forms+json;q=1.0')).toBe('application/hal+json');
    expect(await type('text/html;q=0.1, application/json;q=0.2')).toBe('application/json');
    const refused = await request(app).get(path).set('Accept', 'image/png').expect(406);
    expect(refused.body).toMatchObject({ type: '/problems/not-acceptable', available: expect.any(Array) });
    expect(refused.headers.vary).toContain('Accept');
  },
);

it('Unknown paths continue to the next handler', async () => {
  await request(app).get('/orders/o1').expect(200);
  await request(app).get('/docs/index.html').expect(404);
  await request(app).get('/docs/package.json').expect(404);
});

it('No page shows the address of a service', async () => {
  for (const path of PATHS) {
    const { text, body } = await request(app).get(path).set('Accept', 'text/html, */*;q=0.5');
    expect(`${text}${JSON.stringify(body)}`).not.toContain('10.1.2.3');
  }
});
