/** The pages of link relations, over the documents that are committed. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { parseOpenApi } from '../../../src/gateway/read-document.ts';
import { pagesApp } from '../../support/pages-app.ts';

const services = ['consumers', 'restaurants', 'orders'].map((name) => ({
  name,
  document: parseOpenApi(readFileSync(`openapi/${name}.yaml`, 'utf8'), name),
}));
const app = pagesApp({ services });
const get = (path: string, accept = 'application/hal+json') => request(app).get(path).accept(accept);

it('says of every relation from what it leads where', async () => {
  const { body } = await get('/rels/orders').expect(200);

  expect(body.uses).toEqual([
    expect.objectContaining({ from: 'the entry point', method: 'GET', path: '/orders' }),
    expect.objectContaining({ from: 'Consumer', description: 'What this consumer has ordered.' }),
    expect.objectContaining({ from: 'Restaurant', service: 'orders' }),
  ]);
  const { text } = await get('/rels/cancel', 'text/html').expect(200);
  expect(text).toContain('<h2>From Order</h2>');
  expect(text).toContain('Cancel an order: <code>POST /orders/{orderId}/cancel</code> of orders.');
});

it('lists them, and every one resolves', async () => {
  const { body } = await get('/rels').expect(200);
  const names = body._links.item.map(({ title }: { title: string }) => title);

  expect(names).toEqual(names.toSorted());
  expect(names).toEqual(expect.arrayContaining(['cancel', 'consumer', 'menuItems', 'place', 'restaurants']));
  for (const { href } of body._links.item) await get(href, 'text/html').expect(200);
  await get('/rels/nothing').expect(404);
});
