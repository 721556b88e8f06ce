/** A client follows links from `/`, and places, expands, revises and cancels orders; then the system restarts. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import request from 'supertest';
import { type StartedSystem, start } from '../../src/main.ts';
import { eventually } from '../support/eventually.ts';
import { describeSamples } from '../support/samples.ts';
import { type TestStorage, testStorage } from '../support/storage.ts';

interface HalLink {
  readonly href: string;
  readonly templated?: true;
  readonly type?: string;
}

interface Hal {
  readonly [member: string]: unknown;
  readonly id?: string;
  readonly state?: string;
  readonly _links: Readonly<Record<string, HalLink | HalLink[]>>;
  readonly _templates?: Readonly<Record<string, { method: string; target: string }>>;
  readonly _embedded?: Readonly<Record<string, Hal | Hal[]>>;
}

describeSamples('A client that follows links', () => {
  let storage: TestStorage;
  let system: StartedSystem;

  beforeAll(async () => {
    storage = await testStorage();
    system = await startSystem();
  }, 60_000);
  afterAll(async () => {
    await system.close();
    await storage.remove();
  });

  const startSystem = () => start({ ...storage.env, PORT: '0', LOG_LEVEL: 'silent' });
  const get = async (href: string): Promise<Hal> => (await request(system.url).get(href).expect(200)).body;
  const hrefOf = (resource: Hal, rel: string): string => {
    const href = [resource._links[rel]].flat()[0]?.href;
    if (href === undefined) throw new Error(`no link ${rel} in ${JSON.stringify(resource._links)}`);
    return href;
  };
  const follow = async (resource: Hal, ...rels: string[]): Promise<Hal> => {
    let at = resource;
    for (const rel of rels) at = await get(hrefOf(at, rel));
    return at;
  };
  const itemsOf = (page: Hal): Hal[] => [page._embedded?.item ?? []].flat();
  const act = (resource: Hal, action: string, body: object = {}) => {
    const template = resource._templates?.[action];
    if (template === undefined) throw new Error(`${action} is not offered`);
    expect(template.method).toBe('POST');
    return request(system.url).post(template.target).send(body);
  };

  async function placeOrder(): Promise<Hal> {
    const home = await get('/');
    const [restaurant] = itemsOf(await follow(home, 'restaurants'));
    const [dish] = itemsOf(await follow(restaurant as Hal, 'menuItems'));
    const [consumer] = itemsOf(await follow(home, 'consumers'));
    const placed = await act(await follow(home, 'orders'), 'place', {
      consumerId: consumer?.id,
      restaurantId: restaurant?.id,
      lineItems: [{ menuItemId: dish?.id, quantity: 2 }],
      deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
    }).expect(201);
    expect(placed.headers.location).toBe(hrefOf(placed.body, 'self'));
    return placed.body;
  }

  it('reaches every kind of resource from / by links', async () => {
    const seen = new Set<string>();
    const queue: Hal[] = [await get('/')];
    const visited = new Set<string>();
    for (let resource = queue.shift(); resource !== undefined; resource = queue.shift()) {
      for (const item of itemsOf(resource).slice(0, 2)) queue.push(item);
      const actions = new Set(Object.keys(resource._templates ?? {}));
      for (const [rel, link] of Object.entries(resource._links)) {
        const { href = '', templated, type } = [link].flat()[0] ?? {};
        // A link with a media type leads to a description of the API, not to a resource.
        if (actions.has(rel) || templated || type !== undefined) continue;
        const kind = href.replace(/\?.*/, '').replaceAll(/\/(?:o|c|r|m)-[^/]+/g, '/{id}');
        if (visited.has(href) || visited.size > 120) continue;
        visited.add(href);
        seen.add(kind);
        queue.push(await get(href));
      }
    }
    const samples = [
      '/',
      '/consumers',
      '/consumers/{id}',
      '/orders',
      '/orders/{id}',
      '/restaurants',
      '/restaurants/{id}',
      '/restaurants/{id}/menu-items',
      '/restaurants/{id}/menu-items/{id}',
    ];
    // The project may have further services.
    const isSample = (kind: string) => /^\/(?:$|(?:consumers|orders|restaurants)(?:\/|$))/.test(kind);
    expect([...seen].filter(isSample).toSorted()).toEqual(samples);
  });

  it('places, revises and cancels an order by the offered actions', async () => {
    const order = await placeOrder();
    expect(order.state).toBe('APPROVED');
    expect(Object.keys(order._templates ?? {}).toSorted()).toEqual(['cancel', 'revise']);

    const address = 'Somewhere else';
    const deliveryInformation = { time: '2030-01-02T12:00:00Z', address };
    const revised = await act(order, 'revise', { deliveryInformation }).expect(200);
    expect(revised.body).toMatchObject({ state: 'APPROVED', deliveryInformation });

    const cancelled = await act(revised.body, 'cancel').expect(200);
    expect(cancelled.body.state).toBe('CANCELLED');
    expect(cancelled.body._templates).toBeUndefined();
    expect(cancelled.headers['content-location']).toBe(hrefOf(order, 'self'));

    const refused = await act(order, 'cancel').expect(409);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ currentState: 'CANCELLED', allowed: [] });
    expect(hrefOf(refused.body, 'self')).toBe(hrefOf(order, 'self'));
  });

  it('expands the links of one order and of a page of orders', async () => {
    const order = await placeOrder();
    const whole = await get(`${hrefOf(order, 'self')}?expand=consumer.orders,restaurant.menuItems,menuItems`);
    const { consumer, restaurant, menuItems } = whole._embedded ?? {};
    expect(consumer).toMatchObject(await follow(order, 'consumer'));
    expect(restaurant).toMatchObject(await follow(order, 'restaurant'));
    expect(menuItems).toEqual([await follow(order, 'menuItems')]);
    expect(consumer).toMatchObject({
      _embedded: { orders: { _links: { self: { href: hrefOf(consumer as Hal, 'orders') } } } },
    });
    expect(whole._links).toEqual(order._links);

    const page = await get(`${hrefOf(await get('/'), 'orders')}?expand=consumer&limit=5`);
    for (const item of itemsOf(page)) {
      expect(hrefOf(item._embedded?.consumer as Hal, 'self')).toBe(hrefOf(item, 'consumer'));
    }
    expect(hrefOf(page, 'next')).toMatch(/expand=consumer/);
  });

  it('sees the calls of the orders service in its status', async () => {
    await placeOrder();
    const path = (await get('/status/services/orders'))._links.self as HalLink;
    let calls: unknown;
    await eventually('the calls are shown', async () => {
      calls = (await get(path.href)).dependencies;
      return calls !== undefined;
    });
    expect(calls).toEqual(
      ['consumers', 'restaurants'].map((name) => ({
        name,
        status: 'pass',
        responseTime: expect.any(Number),
      })),
    );
  });

  it('gets the same response when a service expands by itself', async () => {
    // Behind the gateway a service expands only its own resources. Without the gateway it follows every link.
    const order = await placeOrder();
    const alone = system.services.orders ?? '';
    const path = `${hrefOf(order, 'self')}?expand=consumer,restaurant.menuItems`;
    const plain = (url: string) => request(url).get(path).set('Accept-Encoding', 'identity');
    const [here, there] = await Promise.all([plain(system.url), plain(alone)]);
    expect(here.text).toBe(there.text);
    expect(here.headers.etag).toBe(there.headers.etag);
  });

  it('finds stored data and idempotency keys after a restart', async () => {
    const order = await placeOrder();
    const cancel = () => act(order, 'cancel').set('Idempotency-Key', 'restart');
    const cancelled = await cancel().expect(200);
    await system.close();
    system = await startSystem();
    expect(await get(hrefOf(order, 'self'))).toEqual(cancelled.body);
    const again = await cancel().expect(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(cancelled.body);
    await act(order, 'cancel').expect(409);
  }, 60_000);
});
