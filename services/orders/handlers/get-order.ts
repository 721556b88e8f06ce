/** GET /orders/{orderId} */
import type { Handler } from '../../../src/index.ts';
import type { getOrder } from '../contract.ts';
import { orderNotFound } from '../refusals.ts';
import type { OrderStore } from '../store.ts';

export const handleGetOrder =
  (store: OrderStore): Handler<typeof getOrder> =>
  async ({ params: { orderId } }) => {
    const order = await store.find(orderId);
    if (order === undefined) throw orderNotFound(orderId);
    return { status: 200, body: order };
  };
