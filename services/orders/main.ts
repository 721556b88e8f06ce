/** Wires the orders service. */
import { defineService } from '../../src/index.ts';
import { contract as consumers } from '../consumers/contract.ts';
import { contract as restaurants } from '../restaurants/contract.ts';
import { contract } from './contract.ts';
import { handleCancelOrder } from './handlers/cancel-order.ts';
import { handleGetOrder } from './handlers/get-order.ts';
import { handleListOrders } from './handlers/list-orders.ts';
import { handlePlaceOrder } from './handlers/place-order.ts';
import { handleReviseOrder } from './handlers/revise-order.ts';
import { orderActions, orderPageActions } from './links.ts';
import { migrations } from './migrations.ts';
import { orderStore } from './store.ts';

export const service = defineService({
  contract,
  linked: { consumers, restaurants },
  affordances: [orderActions, orderPageActions],
  migrations,
  handlers: ({ db, services }) => {
    const store = orderStore(db);
    return {
      listOrders: handleListOrders(store),
      placeOrder: handlePlaceOrder(store, services),
      getOrder: handleGetOrder(store),
      cancelOrder: handleCancelOrder(store),
      reviseOrder: handleReviseOrder(store, services),
    };
  },
});
