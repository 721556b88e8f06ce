/** POST /orders/{orderId}/cancel */
import { guard, type Handler } from '../../../src/index.ts';
import { cancelOrder, Order } from '../contract.ts';
import { orderActions } from '../links.ts';
import { cancel } from '../order.ts';
import { orderNotFound } from '../refusals.ts';
import type { OrderStore } from '../store.ts';

export const handleCancelOrder =
  (store: OrderStore): Handler<typeof cancelOrder> =>
  async ({ params: { orderId }, precondition }) => {
    const cancelled = await store.change(orderId, (order) => {
      precondition(Order, order);
      guard(orderActions, cancelOrder, order);
      return cancel(order);
    });
    if (cancelled === undefined) throw orderNotFound(orderId);
    return { status: 200, body: cancelled };
  };
