/** POST /orders/{orderId}/revise. The menu is fetched before the order is locked, so both checks run twice. */
import { guard, type Handler } from '../../../src/index.ts';
import { Order, reviseOrder } from '../contract.ts';
import { type Dependencies, fetchMenu } from '../dependencies.ts';
import { priceLineItems } from '../line-items.ts';
import { orderActions } from '../links.ts';
import { revise } from '../order.ts';
import { orderNotFound } from '../refusals.ts';
import type { OrderStore } from '../store.ts';

export const handleReviseOrder =
  (store: OrderStore, dependencies: Dependencies): Handler<typeof reviseOrder> =>
  async ({ params: { orderId }, body: { lineItems, deliveryInformation }, precondition }) => {
    const order = await store.find(orderId);
    if (order === undefined) throw orderNotFound(orderId);
    precondition(Order, order);
    guard(orderActions, reviseOrder, order);
    const menu = lineItems && (await fetchMenu(dependencies, order.restaurantId));
    const revision = {
      deliveryInformation,
      lineItems: lineItems && priceLineItems(lineItems, menu ?? new Map()),
    };
    const revised = await store.change(orderId, (current) => {
      precondition(Order, current);
      guard(orderActions, reviseOrder, current);
      return revise(current, revision);
    });
    if (revised === undefined) throw orderNotFound(orderId);
    return { status: 200, body: revised };
  };
