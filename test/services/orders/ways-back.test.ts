/** The ways to the orders, from who orders and from where; the services that they begin at do not need this one. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { service as consumers } from '../../../services/consumers/main.ts';
import { service as restaurants } from '../../../services/restaurants/main.ts';
import { type TestService, testService } from '../../support/service.ts';

describe.each([
  ['a consumer', consumers, '/consumers', '/consumers/c-ada', '/orders?consumerId=c-ada'],
  [
    'a restaurant',
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

  it('leads to its orders, also in the list', async () => {
    const { body } = await request(running.app).get(path).expect(200);
    expect(body._links.orders).toEqual({ href });
    const { body: page } = await request(running.app).get(list).expect(200);
    const items: { _links: { orders: object } }[] = page._embedded.item;
    expect(items.map(({ _links }) => _links.orders)).toContainEqual({ href });
  });

  it('is there without them when they cannot be had, and says so', async () => {
    const { body, headers } = await request(running.app).get(`${path}?expand=orders`).expect(200);
    expect(body._embedded).toBeUndefined();
    expect(body._links.orders).toEqual({ href });
    expect(body._expandErrors).toMatchObject([
      { path: 'orders', href, problem: { type: '/problems/service-unreachable' } },
    ]);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('knows what can be expanded', async () => {
    const { body } = await request(running.app).get(`${list}?expand=order`).expect(400);
    expect(body).toMatchObject({ type: '/problems/expand-unknown', path: 'order', nearest: 'orders' });
    expect(body.allowed).toContain('orders');
  });
});
