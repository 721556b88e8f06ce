/** The storage of orders. */
import type { Insertable, Kysely, Selectable } from 'kysely';
import { keysetPage, type PageRequest, transaction } from '../../src/index.ts';
import { type Order, type OrderState, totalOf } from './order.ts';
import type { OrderRow, Tables } from './tables.ts';

export interface OrderFilter {
  readonly consumerId?: string | undefined;
  readonly restaurantId?: string | undefined;
  readonly state?: OrderState | undefined;
}

export const orderStore = (db: Kysely<Tables>) => ({
  async list({ consumerId, restaurantId, state, ...page }: OrderFilter & PageRequest) {
    let query = db.selectFrom('orders').selectAll();
    if (consumerId !== undefined) query = query.where('consumer_id', '=', consumerId);
    if (restaurantId !== undefined) query = query.where('restaurant_id', '=', restaurantId);
    if (state !== undefined) query = query.where('state', '=', state);
    return keysetPage(query, page, toOrder);
  },

  async find(id: string): Promise<Order | undefined> {
    const row = await db.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toOrder(row);
  },

  async insert(order: Order): Promise<void> {
    await transaction(db, (tx) => tx.insertInto('orders').values(toRow(order)).execute());
  },

  /**
   * Changes an order under a lock; nothing is changed when `change` throws.
   * @returns the changed order, or undefined when the id is unknown
   */
  change: (id: string, change: (order: Order) => Order): Promise<Order | undefined> =>
    transaction(db, async (tx) => {
      const locked = tx.selectFrom('orders').selectAll().where('id', '=', id).forUpdate();
      const row = await locked.executeTakeFirst();
      if (row === undefined) return undefined;
      const changed = change(toOrder(row));
      await tx.updateTable('orders').set(toRow(changed)).where('id', '=', id).execute();
      return changed;
    }),
});

export type OrderStore = ReturnType<typeof orderStore>;

export const toRow = (order: Order): Insertable<OrderRow> => ({
  id: order.id,
  consumer_id: order.consumerId,
  restaurant_id: order.restaurantId,
  line_items: JSON.stringify(order.lineItems),
  delivery_information: JSON.stringify(order.deliveryInformation),
  state: order.state,
  version: order.version,
  created_at: new Date(order.createdAt),
});

const toOrder = (row: Selectable<OrderRow>): Order => ({
  id: row.id,
  consumerId: row.consumer_id,
  restaurantId: row.restaurant_id,
  lineItems: row.line_items,
  deliveryInformation: row.delivery_information,
  total: totalOf(row.line_items),
  state: row.state,
  version: row.version,
  createdAt: row.created_at.toISOString(),
});
