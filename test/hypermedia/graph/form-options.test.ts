import { describe, expect, it } from '@jest/globals';
import { LinkGraph } from '../../../src/hypermedia/graph/link-graph.ts';
import { document } from '../../support/gateway.ts';

const text = { type: 'string' };
const inPath = (name: string) => ({ name, in: 'path', required: true, schema: text });
const inQuery = (name: string, schema: object = text) => ({ name, in: 'query', schema });
const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const ok = (schema: object, links: object = {}) => ({
  200: { description: 'ok', content: { 'application/json': { schema } }, links },
});
const linkTo = (operationId: string, ...parameters: [name: string, pointer: string][]) => ({
  operationId,
  parameters: Object.fromEntries(parameters.map(([name, pointer]) => [name, `$response.body#${pointer}`])),
});
const listOf = (name: string) => ({ type: 'array', items: refTo(name) });
const collection = (operationId: string, name: string, parameters: object[] = []) => ({
  get: { operationId, parameters, responses: ok(listOf(name)) },
});
const schema = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, text])),
});
const ordered = schema('guestId', 'waiterId', 'roomId', 'tableId', 'other').properties;
const lines = { type: 'array', items: schema('dishId') };

const shop = document(
  {
    '/orders': {
      ...collection('listOrders', 'Order', [
        inQuery('guestId'),
        inQuery('tableId'),
        inQuery('dishId'),
        inQuery('waiterId', { enum: ['w1'] }),
        inQuery('other'),
      ]),
      post: {
        operationId: 'placeOrder',
        requestBody: { content: { 'application/json': { schema: refTo('NewOrder') } } },
        responses: ok(refTo('Order')),
      },
    },
    '/orders/{orderId}': {
      get: {
        operationId: 'getOrder',
        parameters: [inPath('orderId')],
        responses: ok(refTo('Order'), {
          self: linkTo('getOrder', ['orderId', '/id']),
          guest: linkTo('getGuest', ['guestId', '/guestId']),
          waiter: linkTo('getWaiter', ['waiterId', '/waiterId']),
          table: linkTo('getTable', ['roomId', '/roomId'], ['tableId', '/tableId']),
          dish: linkTo('getDish', ['dishId', '/lines/0/dishId']),
          pay: linkTo('payOrder', ['orderId', '/other']),
        }),
      },
    },
    '/orders/{orderId}/payment': {
      post: { operationId: 'payOrder', parameters: [inPath('orderId')], responses: ok(refTo('Order')) },
    },
    '/guests': collection('listGuests', 'Guest'),
    '/guests/{guestId}': {
      get: {
        operationId: 'getGuest',
        parameters: [inPath('guestId')],
        responses: ok(refTo('Guest'), { self: linkTo('getGuest', ['guestId', '/number']) }),
      },
    },
    '/waiters': collection('listWaiters', 'Waiter'),
    '/waiters/{waiterId}': {
      get: {
        operationId: 'getWaiter',
        parameters: [inPath('waiterId')],
        responses: ok(refTo('Waiter'), { self: linkTo('getWaiter', ['waiterId', '/id']) }),
      },
    },
    '/rooms/{roomId}/tables': collection('listTables', 'Table', [inPath('roomId')]),
    '/rooms/{roomId}/tables/{tableId}': {
      get: {
        operationId: 'getTable',
        parameters: [inPath('roomId'), inPath('tableId')],
        responses: ok(refTo('Table'), {
          self: linkTo('getTable', ['roomId', '/roomId'], ['tableId', '/id']),
        }),
      },
    },
    '/dishes': collection('listDishes', 'Dish'),
    '/dishes/{dishId}': {
      get: {
        operationId: 'getDish',
        parameters: [inPath('dishId')],
        responses: ok(refTo('Dish'), { self: linkTo('getDish', ['dishId', '/id']) }),
      },
    },
  },
  {
    schemas: {
      NewOrder: { type: 'object', properties: { ...ordered, lines } },
      Order: { type: 'object', properties: { id: text, ...ordered, lines } },
      Guest: schema('number', 'name', 'title'),
      Waiter: schema('id', 'title'),
      Table: schema('id', 'roomId'),
      Dish: schema('id', 'name'),
    },
  },
);
const graph = new LinkGraph([{ name: 'shop', document: shop }]);
const operation = (id: string) => graph.operation('shop', id);
const optionsOf = (properties: readonly { readonly name: string; readonly options?: unknown }[] = []) =>
  Object.fromEntries(
    properties.flatMap(({ name, options }) => (options === undefined ? [] : [[name, options]])),
  );
const from = (href: string, valueField: string, promptField: string, more: object = {}) => ({
  link: { href, ...more, type: 'application/hal+json' },
  valueField,
  promptField,
  maxItems: 1,
});
const guests = from('/guests', 'number', 'name');

describe('The options of a property', () => {
  it('in a form are the collection that its member identifies a resource of, with name and id', () => {
    expect(optionsOf(operation('placeOrder')?.properties)).toEqual({
      guestId: guests,
      waiterId: from('/waiters', 'id', 'title'),
      tableId: from('/rooms/{roomId}/tables', 'id', 'id', { templated: true }),
    });
  });

  it('within an array are in the schema of its elements', () => {
    const property = operation('placeOrder')?.properties?.find(({ name }) => name === 'lines');
    expect(property?.schema).toMatchObject({
      items: { properties: { dishId: { type: 'string', 'x-options': from('/dishes', 'id', 'name') } } },
    });
  });

  it('in a query are a collection with a known URL, unless the parameter has options of its own', () => {
    expect(optionsOf(operation('listOrders')?.filters)).toEqual({
      guestId: guests,
      waiterId: expect.not.objectContaining({ link: expect.anything() }),
    });
  });
});
