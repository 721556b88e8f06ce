/** The responses of our own services match their documents, in both modes of response validation. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { describeSamples } from '../support/samples.ts';
import { driftOf, type System, startSystem } from '../support/system.ts';

const FORMATS = [
  'application/prs.hal-forms+json',
  'application/hal+json',
  'application/json',
  'application/vnd.siren+json',
  'text/html',
];

describeSamples.each([
  ['enforce', { responses: 'enforce' }],
  ['observe', { responses: 'observe', sample: 1 }],
])('With response validation in the mode %s, no response violates its contract', (_, service) => {
  let system: System;
  beforeEach(async () => {
    system = await startSystem(service);
  }, 60_000);
  afterEach(async () => {
    const { faults } = await driftOf(system);
    await system.close();
    expect(faults).toEqual([]);
  });

  const get = (path: string) => request(system.url).get(path);
  const act = (path: string, body: object = {}) => request(system.url).post(path).send(body);

  it('when resources are read in every format, expanded, with selected fields and with conditions', async () => {
    for (const path of ['/orders', '/orders/o-1001', '/consumers', '/restaurants', '/consumers/c-ada'])
      for (const format of FORMATS) {
        await get(path).accept(format).expect(200);
        await request(system.url).head(path).accept(format).expect(200);
      }
    const { body } = await get('/orders?limit=2&expand=consumer,restaurant.menuItems').expect(200);
    expect(body._embedded.item[0]._embedded.restaurant._embedded.menuItems).toBeDefined();
    expect(
      (await get('/orders?expand=consumer&fields=id,consumer.name').expect(200)).body._expandErrors,
    ).toBeUndefined();
    await get('/orders?fields=id').expect(200);
    const { headers } = await get('/orders/o-1001').expect(200);
    await get('/orders/o-1001').set('If-None-Match', String(headers.etag)).expect(304);
    await get('/orders/o-1001?expand=nothing').expect(400);
    await get('/orders/none').expect(404);
    const { checked, unverified } = await driftOf(system);
    expect(checked).toEqual(
      expect.arrayContaining(['listOrders', 'getOrder', 'listRestaurants', 'getConsumer']),
    );
    // Responses with selected fields.
    expect(unverified).toEqual(['listOrders']);
  });

  it('when requests change resources, are rejected, or ask for a minimal response', async () => {
    const order = {
      consumerId: 'c-ada',
      restaurantId: 'r-trattoria',
      lineItems: [{ menuItemId: 'm-margherita', quantity: 2 }],
      deliveryInformation: (await get('/orders/o-1001').expect(200)).body.deliveryInformation,
    };
    const { body } = await act('/orders', order).set('Idempotency-Key', 'k1').expect(201);
    await act('/orders', order).set('Idempotency-Key', 'k1').expect(201);
    await act('/orders', { ...order, consumerId: 'c-nobody' }).expect(422);
    await act('/orders', order).set('Prefer', 'return=minimal').expect(201, '');
    const { cancel } = body._templates;
    await act(cancel.target).expect(200);
    await act(cancel.target).expect(409);
    const consumer = request(system.url).patch('/consumers/c-ada');
    await consumer.set('Content-Type', 'application/merge-patch+json').send('{"address":null}').expect(428);
    const { headers } = await get('/consumers/c-ada').expect(200);
    await request(system.url)
      .patch('/consumers/c-ada')
      .set({ 'Content-Type': 'application/merge-patch+json', 'If-Match': String(headers.etag) })
      .set('Prefer', 'return=minimal')
      .send('{"address":null}')
      .expect(204);
    const { checked, unverified } = await driftOf(system);
    expect(checked).toEqual(expect.arrayContaining(['placeOrder', 'cancelOrder', 'updateConsumer']));
    expect(unverified).toEqual([]);
  });
});
