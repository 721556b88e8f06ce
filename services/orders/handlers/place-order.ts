/** POST /orders */
import { type Handler, newId } from '../../../src/index.ts';
import type { placeOrder } from '../contract.ts';
import { consumerExists, type Dependencies, fetchMenu } from '../dependencies.ts';
import { priceLineItems } from '../line-items.ts';
import { place } from '../order.ts';
import { unknownConsumer, unknownRestaurant } from '../refusals.ts';
import type { OrderStore } from '../store.ts';

export const handlePlaceOrder =
  (store: OrderStore, dependencies: Dependencies): Handler<typeof placeOrder> =>
  async ({ body: { lineItems, ...request } }) => {
    const { consumerId, restaurantId } = request;
    const [known, menu] = await Promise.all([
      consumerExists(dependencies, consumerId),
      fetchMenu(dependencies, restaurantId),
    ]);
    if (!known) throw unknownConsumer(consumerId);
    if (menu === undefined) throw unknownRestaurant(restaurantId);
    const order = place({
      ...request,
      id: newId('o'),
      lineItems: priceLineItems(lineItems, menu),
      createdAt: new Date().toISOString(),
    });
    await store.insert(order);
    return { status: 201, body: order };
  };
