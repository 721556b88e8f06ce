/** The problems of requests about orders, each with a pointer to the fault in the request. */
import { type Fault, notFound, Problem } from '../../src/index.ts';
import { consumerUnknown, menuItemUnknown, restaurantUnknown } from './contract.ts';

type UnknownThing = typeof consumerUnknown | typeof restaurantUnknown | typeof menuItemUnknown;

function unknown(type: UnknownThing, detail: string, ...pointers: string[]): Problem {
  const errors = pointers.map((pointer): Fault => ({ in: 'body', pointer, detail: type.title }));
  return new Problem(type, detail, { extensions: { errors } });
}

export const orderNotFound = (id: string) => new Problem(notFound, `There is no order ${id}.`);

export const unknownConsumer = (id: string) =>
  unknown(consumerUnknown, `There is no consumer ${id}.`, '#/consumerId');

export const unknownRestaurant = (id: string) =>
  unknown(restaurantUnknown, `There is no restaurant ${id}.`, '#/restaurantId');

/** @param indexes of the line items in the request */
export const unknownMenuItems = (ids: readonly string[], indexes: readonly number[]) =>
  unknown(
    menuItemUnknown,
    `Not on the menu: ${ids.join(', ')}.`,
    ...indexes.map((index) => `#/lineItems/${index}/menuItemId`),
  );
