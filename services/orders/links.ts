/** The actions of orders, from their transition table. */
import { affordances, transitions } from '../../src/index.ts';
import { cancelOrder, Order, OrderPage, placeOrder, reviseOrder } from './contract.ts';
import { START, TRANSITIONS } from './order.ts';

export const orderActions = transitions(Order, {
  field: 'state',
  start: START,
  table: TRANSITIONS,
  actions: { cancel: cancelOrder, revise: reviseOrder },
});

export const orderPageActions = affordances(OrderPage, {
  rows: [{ rel: 'place', operation: placeOrder, when: () => true }],
});
