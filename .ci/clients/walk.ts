/** Lists, gets, places and cancels with a client that openapi-typescript and openapi-fetch make of the document. */
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

const client = createClient<paths>({
  baseUrl: String(process.argv[2]),
  headers: { Accept: 'application/json' },
});

/** @throws Error with the problem where there are no data */
const dataOf = <T>({ data, error }: { data?: T; error?: unknown }): T => {
  assert.ok(data !== undefined, JSON.stringify(error));
  return data;
};

const consumers = dataOf(await client.GET('/consumers', { params: { query: { limit: 2 } } }));
const [consumer] = consumers._embedded.item;
const restaurants = dataOf(await client.GET('/restaurants'));
const [restaurant] = restaurants._embedded.item;
assert.ok(consumer && restaurant);
const menu = dataOf(
  await client.GET('/restaurants/{restaurantId}/menu-items', {
    params: { path: { restaurantId: restaurant.id } },
  }),
);
const [dish] = menu._embedded.item;
assert.ok(dish);

const placed = dataOf(
  await client.POST('/orders', {
    params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
    body: {
      consumerId: consumer.id,
      restaurantId: restaurant.id,
      lineItems: [{ menuItemId: dish.id, quantity: 2 }],
      deliveryInformation: { time: '2030-01-15T19:30:00+02:00', address: '12 St James Square' },
    },
  }),
);
assert.equal(placed.state, 'APPROVED');
assert.equal(placed.total.amount, 2 * dish.price.amount);

const orderId = placed.id;
const got = dataOf(
  await client.GET('/orders/{orderId}', { params: { path: { orderId }, query: { expand: ['consumer'] } } }),
);
// What `expand` brings has its type.
const embedded: components['schemas']['Consumer'] | undefined = got._embedded?.consumer;
assert.equal(embedded?.name, consumer.name);

const listed = dataOf(await client.GET('/orders', { params: { query: { consumerId: consumer.id } } }));
assert.ok(listed._embedded.item.some(({ id }) => id === orderId));

const cancelled = dataOf(await client.POST('/orders/{orderId}/cancel', { params: { path: { orderId } } }));
assert.equal(cancelled.state, 'CANCELLED');

const again = await client.POST('/orders/{orderId}/cancel', { params: { path: { orderId } } });
assert.equal(again.error?.type, '/problems/action-not-allowed');
process.stdout.write(`TypeScript: listed, got, placed and cancelled ${orderId}\n`);
