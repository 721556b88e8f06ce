import { expect, it } from '@jest/globals';
import request from 'supertest';
import { libraryProblems } from '../../../../src/contract/problems.ts';
import { pagesApp } from '../../../support/pages-app.ts';

const app = pagesApp();

it('/problems lists the problem types of the library and the services', async () => {
  const { body } = await request(app).get('/problems').expect(200);
  const codes = body._embedded.item.map(({ code }: { code: string }) => code);

  expect(codes).toEqual(expect.arrayContaining([...libraryProblems.keys(), 'order-too-small']));
  expect(body._links.item).toHaveLength(codes.length);
});

it('/problems describes meaning and remedy of a type in HAL and HTML', async () => {
  const { body } = await request(app).get('/problems/order-too-small').expect(200);
  const { text } = await request(app).get('/problems/order-too-small').set('Accept', 'text/html');

  expect(body).toMatchObject({
    code: 'order-too-small',
    status: 409,
    remedy: 'Order more.',
    _links: { self: { href: '/problems/order-too-small' }, collection: { href: '/problems' } },
  });
  expect(text).toContain('<h1>Too &lt;small&gt; an order</h1>');
  expect(text).toContain('below <code>minimum</code>.');
});

it('/problems responds with 404 to an unknown code', async () => {
  for (const code of ['nothing', '__proto__', 'constructor'])
    expect((await request(app).get(`/problems/${code}`).expect(404)).body.type).toBe('/problems/not-found');
});
