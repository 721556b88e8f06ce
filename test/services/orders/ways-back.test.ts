/** The links to orders from consumers and restaurants, whose services work without the service of the orders. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { service as consumers } from '../../../services/consumers/main.ts';
import { service as restaurants } from '../../../services/restaurants/main.ts';
import { type TestService, testService } from '../../support/service.ts';

describe.each([
  ['A consumer', consumers, '/consumers', '/consumers/c-ada', '/orders?consumerId=c-ada'],
  [
    'A restaurant',
    restaurants,
    '/restaurants',
    '/restaurants/r-trattoria',
    '/orders?restaurantId=r-trattoria',
  ],
])('%s', (_, service, list, path, href) => {
  let running: TestService;

  beforeAll(async () => {
    running = await testService(service);
  });
  afterAll(() => running.close());

  it('links to its orders, in the list too', async () => {
    const { body } = await request(running.app).get(path).expect(200);
    expect(body._links.orders).toEqual({ href });
    const { body: page } = await request(running.app).get(list).expect(200);
    const items: { _links: { orders: object } }[] = page._embedded.item;
    expect(items.map(({ _links }) => _links.orders)).toContainEqual({ href });
  });

  it('is returned without its orders and with an error when their service is unreachable', async () => {
    const { body, headers } = await request(running.app).get(`${path}?expand=orders`).expect(200);
    expect(body._embedded).toBeUndefined();
    expect(body._links.orders).toEqual({ href });
    expect(body._expandErrors).toMatchObject([
      { path: 'orders', href, problem: { type: '/problems/service-unreachable' } },
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('rejects an unknown relation in expand, and lists the valid ones', async () => {
    const { body } = await request(running.app).get(`${list}?expand=order`).expect(400);
    expect(body).toMatchObject({ type: '/problems/expand-unknown', path: 'order', nearest: 'orders' });
    expect(body.allowed).toContain('orders');
  });
});
