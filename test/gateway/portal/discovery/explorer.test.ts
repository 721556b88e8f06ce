import { expect, it } from '@jest/globals';
import request from 'supertest';
import { pagesApp } from '../../../support/pages-app.ts';

const app = pagesApp();

it('The explorer links to the entry points of each service by title', async () => {
  const { text } = await request(app).get('/explorer').expect(200);
  expect(text).toContain('<a href="/orders">Orders, newest first</a>');
});

it('Without services, the explorer explains how to create one', async () => {
  const { text } = await request(pagesApp({ services: [] }))
    .get('/explorer')
    .expect(200);
  expect(text).toMatch(
    /Start here<\/h2>\s*<p>There are no services yet. Run <code>npm run new:service -- NAME<\/code>/,
  );
});

it.each([
  ['/orders?state=OPEN', '/orders?state=OPEN'],
  [' orders/o1 ', '/orders/o1'],
])('The explorer opens %j', async (address, path) => {
  await request(app).get('/explorer').query({ at: address }).expect(303).expect('Location', path);
});

it.each(['//elsewhere.example/x', '/\\elsewhere.example', 'https://elsewhere.example'])(
  'The explorer does not redirect to other servers: %s',
  async (address) => {
    const { headers } = await request(app).get('/explorer').query({ at: address });
    expect(headers.location ?? '/').toMatch(/^\/(?![/\\])/);
  },
);
