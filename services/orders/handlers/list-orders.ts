/** GET /orders */
import type { Handler } from '../../../src/index.ts';
import type { listOrders } from '../contract.ts';
import type { OrderStore } from '../store.ts';

export const handleListOrders =
  (store: OrderStore): Handler<typeof listOrders> =>
  async ({ query }) => ({ status: 200, body: await store.list(query) });
