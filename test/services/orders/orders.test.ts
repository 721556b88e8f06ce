import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { service as consumers } from '../../../services/consumers/main.ts';
import { service } from '../../../services/orders/main.ts';
import { service as restaurants } from '../../../services/restaurants/main.ts';
import { appTarget } from '../../support/app-target.ts';
import { type TestService, testService } from '../../support/service.ts';

const NEW_ORDER = {
  consumerId: 'c-ada',
  restaurantId: 'r-trattoria',
  lineItems: [
    { menuItemId: 'm-margherita', quantity: 2 },
    { menuItemId: 'm-tiramisu', quantity: 1 },
  ],
  deliveryInformation: { time: '2030-01-15T19:30:00Z', address: '12 St James Square, London' },
};

describe('The orders service', () => {
  let running: TestService;
  let others: TestService[];
  const get = (path: string) => request(running.app).get(path);
  const post = (path: string, body?: object) => request(running.app).post(path).send(body);
  const placed = async () => (await post('/orders', NEW_ORDER).expect(201)).body;

  beforeAll(async () => {
    others = [await testService(consumers), await testService(restaurants)];
    const [consumersApp, restaurantsApp] = others.map(({ app }) => app);
    if (!consumersApp || !restaurantsApp) throw new Error('no apps');
    running = await testService(service, [
      appTarget('consumers', consumersApp),
      appTarget('restaurants', restaurantsApp),
    ]);
  });
  afterAll(async () => {
    for (const one of [running, ...others]) await one.close();
  });

  describe('Placing an order', () => {
    it.each(['2030-01-15T19:30:00+02:00', '2030-01-15T17:30:00.000+00:00', '2030-01-15T17:30:00Z'])(
      'preserves the offset of the time %s (RFC 3339)',
      async (time) => {
        const deliveryInformation = { ...NEW_ORDER.deliveryInformation, time };
        const { body } = await post('/orders', { ...NEW_ORDER, deliveryInformation }).expect(201);
        expect(body.deliveryInformation.time).toBe(time);
      },
    );

    it('uses the names and prices of the menu, and approves the order at once', async () => {
      const { body, headers } = await post('/orders', NEW_ORDER).expect(201);
      expect(body).toMatchObject({
        consumerId: 'c-ada',
        restaurantId: 'r-trattoria',
        lineItems: [
          {
            menuItemId: 'm-margherita',
            name: 'Pizza Margherita',
            price: { amount: 950, currency: 'EUR' },
            quantity: 2,
          },
          {
            menuItemId: 'm-tiramisu',
            name: 'Tiramisù',
            price: { amount: 590, currency: 'EUR' },
            quantity: 1,
          },
        ],
        deliveryInformation: NEW_ORDER.deliveryInformation,
        total: { amount: 2490, currency: 'EUR' },
        state: 'APPROVED',
        version: 1,
      });
      expect(headers.location).toBe(`/orders/${body.id}`);
      expect((await get(headers.location ?? '').expect(200)).body).toEqual(body);
    });

    it('works through the form that the list offers', async () => {
      const { body: page } = await get('/orders?limit=1').expect(200);
      expect(page._templates.place).toMatchObject({ method: 'POST', target: '/orders' });
      await post(page._templates.place.target, NEW_ORDER).expect(201);
    });

    it.each([
      [{ consumerId: 'c-nobody' }, 'consumer-unknown', ['#/consumerId']],
      [{ restaurantId: 'r-nowhere' }, 'restaurant-unknown', ['#/restaurantId']],
      [
        {
          lineItems: [
            { menuItemId: 'm-ramen', quantity: 1 },
            { menuItemId: 'm-margherita', quantity: 1 },
            { menuItemId: 'm-nothing', quantity: 1 },
          ],
        },
        'menu-item-unknown',
        ['#/lineItems/0/menuItemId', '#/lineItems/2/menuItemId'],
      ],
    ])('fails with 422 for unknown references: %j', async (wrong, code, pointers) => {
      const { body } = await post('/orders', { ...NEW_ORDER, ...wrong }).expect(422);
      expect(body.type).toBe(`/problems/${code}`);
      expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    });

    it.each([
      [{ lineItems: [] }, '#/lineItems'],
      [{ lineItems: [{ menuItemId: 'm-margherita', quantity: 0 }] }, '#/lineItems/0/quantity'],
      [{ lineItems: [{ menuItemId: 'm-margherita', quantity: 1.5 }] }, '#/lineItems/0/quantity'],
      [{ deliveryInformation: { time: 'tomorrow', address: 'x' } }, '#/deliveryInformation/time'],
      [
        { deliveryInformation: { time: '2030-01-15T19:30:00Z', address: 'a\u0000b' } },
        '#/deliveryInformation/address',
      ],
      [{ consumerId: '../x' }, '#/consumerId'],
      [{ total: { amount: 1, currency: 'EUR' } }, '#/total'],
    ])('fails with 400 for the malformed %j', async (wrong, pointer) => {
      const { body } = await post('/orders', { ...NEW_ORDER, ...wrong }).expect(400);
      expect(body.errors).toMatchObject([{ in: 'body', pointer }]);
    });

    it('fails with 503 and stores nothing while a required service is unreachable', async () => {
      const alone = await testService(service);
      const count = async () =>
        (await request(alone.app).get('/orders?limit=100')).body._embedded.item.length;
      const before = await count();
      const { body } = await request(alone.app).post('/orders').send(NEW_ORDER).expect(503);
      expect(body.type).toBe('/problems/service-unreachable');
      expect(await count()).toBe(before);
      await alone.close();
    });
  });

  describe('Cancelling an order', () => {
    it('works once, through the form that the order offers', async () => {
      const order = await placed();
      const { target, method } = order._templates.cancel;
      expect(method).toBe('POST');
      const { body, headers } = await post(target).expect(200);
      expect(body).toMatchObject({ id: order.id, state: 'CANCELLED', version: 2 });
      expect(body._templates ?? {}).toEqual({});
      expect(headers['content-location']).toBe(`/orders/${order.id}`);

      const again = await post(target).expect(409);
      expect(again.body).toMatchObject({
        type: '/problems/action-not-allowed',
        currentState: 'CANCELLED',
        allowed: [],
        _links: { self: { href: `/orders/${order.id}` } },
      });
      expect(again.body._links.cancel).toBeUndefined();
      expect((await get(`/orders/${order.id}`)).body).toEqual(body);
    });

    it('succeeds for exactly one of several concurrent requests', async () => {
      const { id } = await placed();
      const responses = await Promise.all([1, 2, 3, 4].map(() => post(`/orders/${id}/cancel`)));
      expect(responses.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    });

    it('fails with 404 for an unknown order and with 400 for an invalid id', async () => {
      await post('/orders/o-nobody/cancel').expect(404);
      await post('/orders/o%00/cancel').expect(400);
    });
  });

  describe('Revising an order', () => {
    it('replaces the given members at the prices of the menu, and leaves the others unchanged', async () => {
      const order = await placed();
      const { body } = await post(order._templates.revise.target, {
        lineItems: [{ menuItemId: 'm-lasagne', quantity: 3 }],
      }).expect(200);
      expect(body).toMatchObject({
        lineItems: [{ menuItemId: 'm-lasagne', name: 'Lasagne al forno', quantity: 3 }],
        deliveryInformation: order.deliveryInformation,
        total: { amount: 3750, currency: 'EUR' },
        state: 'APPROVED',
        version: 2,
      });
      expect(Object.keys(body._templates)).toEqual(Object.keys(order._templates));
    });

    it('changes the delivery address without a request for the menu', async () => {
      const alone = await testService(service);
      const deliveryInformation = { time: '2030-01-16T12:00:00Z', address: 'There' };
      const revise = request(alone.app).post('/orders/o-1003/revise');
      const { body } = await revise.send({ deliveryInformation }).expect(200);
      expect(body).toMatchObject({ deliveryInformation, version: 2 });
      await alone.close();
    });

    it.each([
      [{ lineItems: [{ menuItemId: 'm-ramen', quantity: 1 }] }, 422, '#/lineItems/0/menuItemId'],
      [{}, 400, '#'],
      [{ state: 'CANCELLED' }, 400, '#/state'],
    ])('fails for %j with status %d', async (wrong, status, pointer) => {
      const { id } = await placed();
      const { body } = await post(`/orders/${id}/revise`, wrong).expect(status);
      expect(body.errors).toContainEqual(expect.objectContaining({ in: 'body', pointer }));
    });

    it('fails with 409 for a rejected order', async () => {
      const deliveryInformation = NEW_ORDER.deliveryInformation;
      const { body } = await post('/orders/o-1006/revise', { deliveryInformation }).expect(409);
      expect(body).toMatchObject({ currentState: 'REJECTED', allowed: [] });
    });
  });

  describe('The list of orders', () => {
    it('is filtered by consumer, restaurant and state', async () => {
      const path = '/orders?consumerId=c-alan&restaurantId=r-masala&state=CANCELLED';
      const { body } = await get(path).expect(200);
      expect(body._embedded.item).toMatchObject([{ id: 'o-1004', state: 'CANCELLED' }]);
      await get('/orders?state=LOST').expect(400);
    });

    it('keeps its filter from page to page', async () => {
      const { body } = await get('/orders?consumerId=c-hedy&limit=3').expect(200);
      expect(body._links.next.href).toContain('consumerId=c-hedy');
      const { body: next } = await get(body._links.next.href).expect(200);
      const all = [...body._embedded.item, ...next._embedded.item];
      expect(new Set(all.map(({ consumerId }) => consumerId))).toEqual(new Set(['c-hedy']));
    });

    it('contains each order with the same links and actions as the order itself', async () => {
      const { body } = await get('/orders?limit=8').expect(200);
      for (const item of body._embedded.item)
        expect((await get(item._links.self.href).accept('application/prs.hal-forms+json')).body).toEqual(
          item,
        );
    });
  });

  it('links from an order to its consumer, restaurant and dishes, and embeds them on request', async () => {
    const { body } = await get('/orders/o-1001?expand=consumer,restaurant,menuItems').expect(200);
    expect(body._links).toMatchObject({
      consumer: { href: '/consumers/c-ada' },
      restaurant: { href: '/restaurants/r-trattoria' },
      menuItems: [
        { href: '/restaurants/r-trattoria/menu-items/m-margherita' },
        { href: '/restaurants/r-trattoria/menu-items/m-tiramisu' },
      ],
    });
    expect(body._embedded).toMatchObject({
      consumer: { name: 'Ada Lovelace' },
      restaurant: { name: 'Trattoria da Ugo' },
      menuItems: [{ name: 'Pizza Margherita' }, { name: 'Tiramisù' }],
    });
  });
});
