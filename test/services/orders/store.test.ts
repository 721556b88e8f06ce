import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrations } from '../../../services/orders/migrations.ts';
import { cancel, type Order, place, revise } from '../../../services/orders/order.ts';
import { type OrderStore, orderStore } from '../../../services/orders/store.ts';
import type { Database } from '../../../src/storage/database.ts';
import { testDatabase } from '../../support/database.ts';

const order = (id: string): Order =>
  place({
    id,
    consumerId: 'c-new',
    restaurantId: 'r-new',
    lineItems: [{ menuItemId: 'm-1', name: 'Dish', price: { amount: 950, currency: 'EUR' }, quantity: 2 }],
    deliveryInformation: { time: '2030-01-15T19:30:00Z', address: "O'Hara's, 2nd floor" },
    createdAt: '2030-01-15T18:00:00.123Z',
  });

describe('The order store', () => {
  let database: Database;
  let store: OrderStore;

  beforeAll(async () => {
    database = await testDatabase();
    store = orderStore(await database.schema('orders', migrations));
  });

  afterAll(() => database.close());

  it('returns the order that was stored', async () => {
    await store.insert(order('o-same'));
    expect(await store.find('o-same')).toEqual(order('o-same'));
    expect(await store.find('o-nobody')).toBeUndefined();
  });

  it('stores a change, and nothing of a change that throws', async () => {
    await store.insert(order('o-change'));
    const cancelled = await store.change('o-change', cancel);
    expect(cancelled).toEqual(cancel(order('o-change')));
    await expect(store.change('o-change', cancel)).rejects.toThrow('cannot happen');
    expect(await store.find('o-change')).toEqual(cancelled);
    expect(await store.change('o-nobody', cancel)).toBeUndefined();
  });

  it('loses none of many concurrent changes', async () => {
    await store.insert(order('o-many'));
    await Promise.all(Array.from({ length: 10 }, () => store.change('o-many', (one) => revise(one, {}))));
    expect((await store.find('o-many'))?.version).toBe(11);
  });

  it('filters by any combination of consumer, restaurant and state', async () => {
    const list = async (filter: Parameters<OrderStore['list']>[0]) => (await store.list(filter)).items;
    const ofAda = await list({ limit: 100, consumerId: 'c-ada' });
    expect(ofAda.length).toBeGreaterThan(2);
    expect(new Set(ofAda.map(({ consumerId }) => consumerId))).toEqual(new Set(['c-ada']));
    const atTrattoria = await list({ limit: 100, consumerId: 'c-ada', restaurantId: 'r-trattoria' });
    expect(atTrattoria.map(({ id }) => id)).toEqual(['o-1001', 'o-1008']);
    const cancelled = { consumerId: 'c-ada', restaurantId: 'r-trattoria', state: 'CANCELLED' } as const;
    expect((await list({ limit: 100, ...cancelled })).map(({ id }) => id)).toEqual(['o-1008']);
    expect(await list({ limit: 100, consumerId: 'c-nobody' })).toEqual([]);
  });

  it('keeps the filter from page to page', async () => {
    const first = await store.list({ limit: 2, consumerId: 'c-grace' });
    const rest = await store.list({ limit: 100, consumerId: 'c-grace', cursor: first.next });
    const all = await store.list({ limit: 100, consumerId: 'c-grace' });
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(rest.next).toBeUndefined();
  });
});
