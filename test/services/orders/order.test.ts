import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cancel,
  type LineItem,
  type NewOrder,
  ORDER_STATES,
  type Order,
  type OrderEvent,
  place,
  revise,
  TRANSITIONS,
  totalOf,
  transition,
} from '../../../services/orders/order.ts';

const lineItem = (amount: number, quantity: number, currency = 'EUR'): LineItem => ({
  menuItemId: `m-${amount}`,
  name: 'Dish',
  price: { amount, currency },
  quantity,
});

const newOrder: NewOrder = {
  id: 'o-1',
  consumerId: 'c-1',
  restaurantId: 'r-1',
  lineItems: [lineItem(950, 2), lineItem(590, 1)],
  deliveryInformation: { time: '2030-01-15T19:30:00Z', address: 'Here' },
  createdAt: '2030-01-15T18:00:00.000Z',
};
const placed = place(newOrder);

const anyState = fc.constantFrom(...ORDER_STATES);
const anyLineItems = fc.array(
  fc.record({ amount: fc.nat(100_000), quantity: fc.integer({ min: 1, max: 100 }) }),
  { minLength: 1, maxLength: 50 },
);

/** The expected transitions, written differently from the table under test. */
const PATHS: readonly [from: string, event: OrderEvent, to: string][] = [
  ['APPROVAL_PENDING', 'approve', 'APPROVED'],
  ['APPROVAL_PENDING', 'reject', 'REJECTED'],
  ['APPROVED', 'cancel', 'CANCEL_PENDING'],
  ['CANCEL_PENDING', 'confirmCancel', 'CANCELLED'],
  ['CANCEL_PENDING', 'undoCancel', 'APPROVED'],
  ['APPROVED', 'revise', 'REVISION_PENDING'],
  ['REVISION_PENDING', 'confirmRevision', 'APPROVED'],
  ['REVISION_PENDING', 'rejectRevision', 'APPROVED'],
];

describe('An order', () => {
  it('is approved as soon as it is placed, and has a total', () => {
    expect(placed).toEqual({
      ...newOrder,
      total: { amount: 2490, currency: 'EUR' },
      state: 'APPROVED',
      version: 1,
    });
  });

  it('is cancelled in one step', () => {
    expect(cancel(placed)).toEqual({ ...placed, state: 'CANCELLED', version: 2 });
  });

  it('is revised in one step, which replaces the given members and updates the total', () => {
    const lineItems = [lineItem(100, 3)];
    expect(revise(placed, { lineItems })).toEqual({
      ...placed,
      lineItems,
      total: { amount: 300, currency: 'EUR' },
      version: 2,
    });
    const deliveryInformation = { time: '2030-01-16T12:00:00Z', address: 'There' };
    expect(revise(placed, { deliveryInformation })).toEqual({ ...placed, deliveryInformation, version: 2 });
  });

  it('changes its state only by the listed transitions', () => {
    const events = [...new Set(PATHS.map(([, event]) => event))];
    const walked = ORDER_STATES.flatMap((state) =>
      events.flatMap((event) => {
        try {
          return [[state, event, transition(state, event)]];
        } catch {
          return [];
        }
      }),
    );
    expect(new Set(walked.map(String))).toEqual(new Set(PATHS.map(String)));
  });

  it('can reach every state from the first one', () => {
    const reached = new Set<string>(['APPROVAL_PENDING']);
    for (const state of reached)
      for (const next of Object.values(TRANSITIONS[state as Order['state']])) reached.add(next);
    expect([...reached].sort()).toEqual([...ORDER_STATES].sort());
  });

  it('performs exactly the actions that its state allows', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const order: Order = { ...placed, state };
        const works = (action: (order: Order) => Order) => {
          try {
            return action(order).version === order.version + 1;
          } catch {
            return false;
          }
        };
        expect(works(cancel)).toBe('cancel' in TRANSITIONS[state]);
        expect(works((one) => revise(one, {}))).toBe('revise' in TRANSITIONS[state]);
      }),
    );
  });

  it('is not modified by its actions, which return a new order', () => {
    const before = structuredClone(placed);
    cancel(placed);
    revise(placed, { lineItems: [lineItem(1, 1)] });
    expect(placed).toEqual(before);
  });
});

describe('The total of an order', () => {
  it('is a whole number of minor units, the same for any order and any split of the items', () => {
    fc.assert(
      fc.property(anyLineItems, (drafts) => {
        const items = drafts.map(({ amount, quantity }) => lineItem(amount, quantity));
        const split = items.flatMap((item) =>
          Array.from({ length: item.quantity }, () => ({ ...item, quantity: 1 })),
        );
        const { amount } = totalOf(items);
        expect(Number.isSafeInteger(amount)).toBe(true);
        expect(totalOf(items.toReversed()).amount).toBe(amount);
        expect(totalOf(split).amount).toBe(amount);
      }),
      { numRuns: 50 },
    );
  });

  it('rejects different currencies and an empty list', () => {
    expect(() => totalOf([lineItem(1, 1, 'EUR'), lineItem(1, 1, 'USD')])).toThrow('one currency');
    expect(() => totalOf([])).toThrow('one currency');
  });
});
