/** The rules of an order, independent of HTTP. */
import type { Money, Transitions } from '../../src/index.ts';

export const ORDER_STATES = [
  'APPROVAL_PENDING',
  'APPROVED',
  'REJECTED',
  'CANCEL_PENDING',
  'CANCELLED',
  'REVISION_PENDING',
] as const;

export type OrderState = (typeof ORDER_STATES)[number];

export interface LineItem {
  menuItemId: string;
  name: string;
  price: Money;
  quantity: number;
}

export interface DeliveryInformation {
  /** ISO 8601 date-time. */
  time: string;
  address: string;
}

export interface Order {
  id: string;
  consumerId: string;
  restaurantId: string;
  lineItems: LineItem[];
  deliveryInformation: DeliveryInformation;
  total: Money;
  state: OrderState;
  /** Counts the changes, from 1. */
  version: number;
  /** ISO 8601 date-time. */
  createdAt: string;
}

export type NewOrder = Omit<Order, 'total' | 'state' | 'version'>;
export interface Revision {
  readonly lineItems?: LineItem[] | undefined;
  readonly deliveryInformation?: DeliveryInformation | undefined;
}

/** The transitions of an order: state → event → next state. */
export const TRANSITIONS = {
  APPROVAL_PENDING: { approve: 'APPROVED', reject: 'REJECTED' },
  APPROVED: { cancel: 'CANCEL_PENDING', revise: 'REVISION_PENDING' },
  REJECTED: {},
  CANCEL_PENDING: { confirmCancel: 'CANCELLED', undoCancel: 'APPROVED' },
  CANCELLED: {},
  REVISION_PENDING: { confirmRevision: 'APPROVED', rejectRevision: 'APPROVED' },
} as const satisfies Transitions<OrderState>;

/** The initial state of a new order. */
export const START = 'APPROVAL_PENDING';

type EventOf<State> = State extends OrderState ? keyof (typeof TRANSITIONS)[State] : never;
export type OrderEvent = EventOf<OrderState>;

const nextState = (state: OrderState, event: OrderEvent): OrderState | undefined =>
  (TRANSITIONS[state] as Partial<Record<OrderEvent, OrderState>>)[event];

/** @throws Error when the state does not allow the event; check that first */
export function transition(state: OrderState, ...events: OrderEvent[]): OrderState {
  return events.reduce((from, event) => {
    const to = nextState(from, event);
    if (to === undefined) throw new Error(`${event} cannot happen to an order that is ${from}`);
    return to;
  }, state);
}

/** @throws Error for no line items, or for several currencies: a menu has only one */
export function totalOf(lineItems: readonly LineItem[]): Money {
  const [currency, ...others] = new Set(lineItems.map(({ price }) => price.currency));
  if (currency === undefined || others.length > 0)
    throw new Error(`An order has one currency, not [${[currency, ...others]}]`);
  return {
    amount: lineItems.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0),
    currency,
  };
}

/** Creates an order and approves it immediately, because no other service has to agree yet. */
export const place = (order: NewOrder): Order => ({
  ...order,
  total: totalOf(order.lineItems),
  state: transition(START, 'approve'),
  version: 1,
});

export const cancel = (order: Order): Order => ({
  ...order,
  state: transition(order.state, 'cancel', 'confirmCancel'),
  version: order.version + 1,
});

export function revise(order: Order, revision: Revision): Order {
  const { lineItems = order.lineItems, deliveryInformation = order.deliveryInformation } = revision;
  return {
    ...order,
    lineItems,
    deliveryInformation,
    total: totalOf(lineItems),
    state: transition(order.state, 'revise', 'confirmRevision'),
    version: order.version + 1,
  };
}
