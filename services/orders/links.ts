/** What can be done with orders: state → action. */
import { affordances } from '../../src/index.ts';
import { cancelOrder, Order, OrderPage, placeOrder, reviseOrder } from './contract.ts';
import { canCancel, canRevise } from './order.ts';

export const orderActions = affordances(Order, {
  state: ({ state }) => state,
  rows: [
    { rel: 'cancel', operation: cancelOrder, when: canCancel },
    { rel: 'revise', operation: reviseOrder, when: canRevise },
  ],
});

export const orderPageActions = affordances(OrderPage, {
  rows: [{ rel: 'place', operation: placeOrder, when: () => true }],
});
