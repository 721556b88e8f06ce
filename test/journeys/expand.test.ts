/** What an expansion costs and gives, over the real services, each of which counts what it is asked. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startCountedSystem } from '../support/counted-system.ts';

interface Item {
  readonly consumerId: string;
  readonly _embedded: { readonly consumer: { readonly id: string } };
}

describe('an expanded page', () => {
  let system: Awaited<ReturnType<typeof startCountedSystem>>;
  const get = (path: string) => request(system.url).get(path);
  const post = async (path: string, body: object) =>
    (await request(system.url).post(path).send(body).expect(201)).body;

  beforeAll(async () => {
    system = await startCountedSystem();
    const consumers: string[] = [];
    for (let n = 0; n < 10; n++)
      consumers.push((await post('/consumers', { name: `Guest ${n}`, email: `guest${n}@example.com` })).id);
    for (let n = 0; n < 20; n++)
      await post('/orders', {
        consumerId: consumers[n % 10],
        restaurantId: 'r-trattoria',
        lineItems: [
          { menuItemId: 'm-margherita', quantity: 1 },
          { menuItemId: n % 2 ? 'm-tiramisu' : 'm-lasagne', quantity: 1 },
        ],
        deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
      });
  }, 60_000);
  afterAll(() => system.close());
  beforeEach(() => {
    system.asked();
  });

  it('of 20 orders by 10 consumers costs one call to each service', async () => {
    const { body } = await get('/orders?sort=-createdAt&expand=consumer').expect(200);
    const { orders, consumers, ...others } = system.asked();
    expect([orders?.length, consumers?.length, others]).toEqual([1, 1, {}]);
    const items: Item[] = body._embedded.item;
    expect(items).toHaveLength(20);
    expect(new Set(items.map(({ consumerId }) => consumerId)).size).toBe(10);
    for (const { consumerId, _embedded } of items) expect(_embedded.consumer.id).toBe(consumerId);
  });

  it('of several relations and levels costs one call for each kind of what they lead to', async () => {
    const paths = 'consumer,restaurant.menuItems,menuItems';
    const { body } = await get(`/orders?sort=-createdAt&expand=${paths}`).expect(200);
    expect(body._expandErrors).toBeUndefined();
    const { orders, consumers, restaurants } = system.asked();
    expect([orders?.length, consumers?.length, restaurants?.length]).toEqual([1, 1, 2]);
  });

  it('is the same to the byte when a service makes it alone', async () => {
    for (const path of [
      '/orders?sort=-createdAt&expand=consumer,restaurant.menuItems,menuItems.restaurant',
      '/orders?limit=3&expand=consumer.orders',
      '/orders/o-1001?expand=menuItems,consumer.orders.restaurant',
      '/orders?sort=-createdAt&limit=5&expand=consumer&state=APPROVED',
    ])
      for (const type of [
        'application/prs.hal-forms+json',
        'application/vnd.siren+json',
        'application/json',
      ]) {
        const [here, there] = await Promise.all(
          [system.url, system.services.orders ?? ''].map((url) =>
            request(url).get(path).accept(type).expect(200),
          ),
        );
        expect(here?.text).toBe(there?.text);
        expect(here?.headers).toMatchObject({
          etag: there?.headers.etag,
          'cache-control': there?.headers['cache-control'],
          'content-type': there?.headers['content-type'],
        });
      }
  });

  it('brings each part as its own address gives it', async () => {
    const { body } = await get('/orders?sort=-createdAt&limit=3&expand=consumer,menuItems').expect(200);
    for (const { _embedded } of body._embedded.item)
      for (const part of [_embedded.consumer, ..._embedded.menuItems])
        expect((await get(part._links.self.href)).body).toEqual(part);
  });
});
