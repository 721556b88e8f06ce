/** The rules of an order, no HTTP in sight. */

export const ORDER_STATES = [
  'APPROVAL_PENDING',
  'APPROVED',
  'REJECTED',
  'CANCEL_PENDING',
  'CANCELLED',
  'REVISION_PENDING',
] as const;

export type OrderState = (typeof ORDER_STATES)[number];
