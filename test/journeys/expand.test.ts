/** The cost and the result of an expansion with the real services, whose requests are counted. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { startCountedSystem } from '../support/counted-system.ts';
import { describeSamples } from '../support/samples.ts';

interface Item {
  readonly consumerId: string;
  readonly _embedded: { readonly consumer: { readonly id: string } };
}

describeSamples('An expanded page', () => {
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
    system.takeRequests();
  });

  it('of 20 orders by 10 consumers costs one call to each service', async () => {
    const { body } = await get('/orders?sort=-createdAt&expand=consumer').expect(200);
    const { orders, consumers, ...others } = system.takeRequests();
    expect([orders?.length, consumers?.length, others]).toEqual([1, 1, {}]);
    const items: Item[] = body._embedded.item;
    expect(items).toHaveLength(20);
    expect(new Set(items.map(({ consumerId }) => consumerId)).size).toBe(10);
    for (const { consumerId, _embedded } of items) expect(_embedded.consumer.id).toBe(consumerId);
  });

  it('of several relations and levels costs one call for each kind of resource', async () => {
    const paths = 'consumer,restaurant.menuItems,menuItems';
    const { body } = await get(`/orders?sort=-createdAt&expand=${paths}`).expect(200);
    expect(body._expandErrors).toBeUndefined();
    const { orders, consumers, restaurants } = system.takeRequests();
    expect([orders?.length, consumers?.length, restaurants?.length]).toEqual([1, 1, 2]);
  });

  it('is the same to the byte when a service expands it without the gateway', async () => {
    for (const path of [
      '/orders?sort=-createdAt&expand=consumer,restaurant.menuItems,menuItems.restaurant',
      '/orders?limit=3&expand=consumer.orders',
      '/orders/o-1001?expand=menuItems,consumer.orders.restaurant',
      '/orders?sort=-createdAt&limit=5&expand=consumer&state=APPROVED',
      '/orders?sort=-createdAt&limit=2&fields=id,total.amount,consumer.name,menuItems.restaurant.name',
      '/orders/o-1001?expand=restaurant,consumer.orders&fields=state,consumer.orders.restaurantId',
    ])
      for (const type of [
        'application/prs.hal-forms+json',
        'application/vnd.siren+json',
        'application/json',
      ]) {
        const [here, there] = await Promise.all(
          [system.url, system.services.orders ?? ''].map((url) =>
            request(url).get(path).accept(type).set('Accept-Encoding', 'identity').expect(200),
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

  it('embeds each part as it is at its own address', async () => {
    const { body } = await get('/orders?sort=-createdAt&limit=3&expand=consumer,menuItems').expect(200);
    for (const { _embedded } of body._embedded.item)
      for (const part of [_embedded.consumer, ..._embedded.menuItems])
        expect((await get(part._links.self.href)).body).toEqual(part);
  });

  it('with selected fields causes only the calls that these fields need', async () => {
    const path = '/orders?sort=-createdAt&limit=2&fields=id,total.amount,consumer.name';
    const { body, headers } = await get(path).accept('application/hal+json').expect(200);
    const { orders, consumers, ...others } = system.takeRequests();
    expect([orders?.length, consumers?.length, others]).toEqual([1, 1, {}]);
    for (const { _links, _embedded, ...state } of body._embedded.item) {
      expect(state).toEqual({ id: expect.any(String), total: { amount: expect.any(Number) } });
      expect(_links.cancel).toBeDefined();
      const { _links: links, ...consumer } = _embedded.consumer;
      expect(consumer).toEqual({ name: expect.stringMatching(/^Guest/) });
      // The self link of the part leads to exactly this representation.
      expect((await get(links.self.href).accept('application/hal+json')).body).toEqual(_embedded.consumer);
    }
    const [first, next] = [body._embedded.item[0], await get(body._links.next.href).expect(200)];
    expect((await get(first._links.self.href).accept('application/hal+json').expect(200)).body).toEqual(
      first,
    );
    expect(next.body._embedded.item[0].restaurantId).toBeUndefined();
    expect(headers.link).toContain('fields=');
  });

  it('gets selected fields from the service itself, and a problem for unknown fields', async () => {
    const { body } = await get('/orders/o-1001?fields=id,state').expect(200);
    expect(Object.keys(body).filter((name) => !name.startsWith('_'))).toEqual(['id', 'state']);
    expect(system.takeRequests()).toEqual({ orders: ['GET /orders/o-1001?fields=id,state'] });
    for (const path of ['/orders/o-1001?fields=stat', '/orders?fields=consumer.nam']) {
      const problem = await get(path).expect(400);
      expect(problem.body).toMatchObject({ type: '/problems/fields-unknown', allowed: expect.any(Array) });
    }
  });

  it('has an entity tag that does not match the whole resource', async () => {
    const consumer = (await get('/consumers?limit=1')).body._embedded.item[0]._links.self.href;
    const [cut, expanded] = await Promise.all(
      ['fields=name', 'expand=orders'].map((query) => get(`${consumer}?${query}`).expect(200)),
    );
    const rename = (tag: string) =>
      request(system.url)
        .patch(consumer)
        .set('If-Match', tag)
        .type('application/merge-patch+json')
        .send({ name: 'Renamed' });
    for (const part of [cut, expanded]) await rename(part?.headers.etag ?? '').expect(412);
    await rename((await get(consumer)).headers.etag ?? '').expect(200);
  });
});
