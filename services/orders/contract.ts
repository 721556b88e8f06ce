/** The contract of orders: the dishes that a consumer orders from a restaurant, and the state of the order. */
import {
  actionNotAllowed,
  defineContract,
  defineProblem,
  dependencyProblems,
  id,
  money,
  operation,
  page,
  pageQuery,
  resource,
  sortBy,
  text,
  z,
} from '../../src/index.ts';
import { ORDER_STATES } from './order.ts';

const orderId = id('o-1001');
const consumerId = id('c-ada');
const restaurantId = id('r-trattoria');
const menuItemId = id('m-margherita');

const deliveryInformation = z
  .strictObject({
    time: z.iso.datetime({ offset: true }).openapi({ example: '2030-01-15T19:30:00Z' }),
    address: text(300).openapi({ example: '12 St James Square, London' }),
  })
  .openapi('DeliveryInformation');

const quantity = z.int().min(1).max(100);

const lineItem = z
  .object({ menuItemId, name: z.string(), price: money, quantity })
  .openapi('LineItem', { description: 'A menu item with the name and price at the time of the order.' });

const requestedLineItems = z
  .array(z.strictObject({ menuItemId, quantity }))
  .min(1)
  .max(50)
  .openapi({ example: [{ menuItemId: 'm-margherita', quantity: 2 }] });

export const Order = resource(
  'Order',
  z
    .object({
      id: orderId,
      consumerId,
      restaurantId,
      lineItems: z.array(lineItem),
      deliveryInformation,
      total: money,
      state: z.enum(ORDER_STATES),
      version: z.int().min(1),
      createdAt: z.iso.datetime({ offset: true }),
    })
    .openapi({ description: 'An order.' }),
);

export const OrderPage = page(Order);

export const consumerUnknown = defineProblem({
  code: 'consumer-unknown',
  status: 422,
  title: 'Unknown consumer',
  meaning: 'No consumer has the id in `consumerId`. Nothing was ordered.',
  remedy: 'Use the id of a consumer from the `consumers` link of `/`, or register one there.',
});

export const restaurantUnknown = defineProblem({
  code: 'restaurant-unknown',
  status: 422,
  title: 'Unknown restaurant',
  meaning: 'No restaurant has the id in `restaurantId`. Nothing was ordered.',
  remedy: 'Use the id of a restaurant from the `restaurants` link of `/`.',
});

export const menuItemUnknown = defineProblem({
  code: 'menu-item-unknown',
  status: 422,
  title: 'The menu item is not on the menu',
  meaning: 'The restaurant has no menu item with this id. Nothing was changed.',
  remedy:
    'Use the ids of menu items from the `menuItems` link of the restaurant. `errors` points to the unknown ones.',
});

export const listOrders = operation({
  operationId: 'listOrders',
  method: 'get',
  path: '/orders',
  summary: 'List orders',
  description: 'A page of orders, optionally only those of one consumer, one restaurant or one state.',
  entry: 'orders',
  query: pageQuery.extend({
    consumerId: consumerId.optional().openapi({ description: 'Only orders of this consumer.' }),
    restaurantId: restaurantId.optional().openapi({ description: 'Only orders from this restaurant.' }),
    state: z.enum(ORDER_STATES).optional().openapi({ description: 'Only orders in this state.' }),
    sort: sortBy('createdAt'),
  }),
  responses: {
    200: {
      description: 'A page of orders, the oldest first unless `sort` says otherwise.',
      body: OrderPage,
      links: { place: { operationId: 'placeOrder', description: 'Place a new order.' } },
    },
  },
});

export const placeOrder = operation({
  operationId: 'placeOrder',
  method: 'post',
  path: '/orders',
  summary: 'Place an order',
  security: [{ oauth: ['orders:write'] }],
  description: 'Orders menu items of one restaurant at their current prices.',
  body: z.strictObject({ consumerId, restaurantId, lineItems: requestedLineItems, deliveryInformation }),
  responses: { 201: { description: 'The new order.', body: Order } },
  problems: [consumerUnknown, restaurantUnknown, menuItemUnknown, ...dependencyProblems],
});

export const getOrder = operation({
  operationId: 'getOrder',
  method: 'get',
  path: '/orders/{orderId}',
  summary: 'Get an order',
  description: 'The line items, the delivery information, and the actions that the state allows.',
  params: z.object({ orderId }),
  responses: {
    200: {
      description: 'The order, with the actions that its state allows.',
      body: Order,
      links: {
        self: { operationId: 'getOrder', parameters: { orderId: '$response.body#/id' } },
        consumer: { operationId: 'getConsumer', parameters: { consumerId: '$response.body#/consumerId' } },
        restaurant: {
          operationId: 'getRestaurant',
          parameters: { restaurantId: '$response.body#/restaurantId' },
        },
        menuItems: {
          operationId: 'getMenuItem',
          parameters: {
            restaurantId: '$response.body#/restaurantId',
            menuItemId: '$response.body#/lineItems/0/menuItemId',
          },
          each: '/lineItems',
          description: 'The ordered menu items as they are on the menu now.',
        },
        cancel: { operationId: 'cancelOrder', parameters: { orderId: '$response.body#/id' } },
        revise: { operationId: 'reviseOrder', parameters: { orderId: '$response.body#/id' } },
      },
    },
  },
});

export const cancelOrder = operation({
  operationId: 'cancelOrder',
  method: 'post',
  path: '/orders/{orderId}/cancel',
  summary: 'Cancel an order',
  security: [{ oauth: ['orders:write'] }],
  description: 'Cancels an approved order. This cannot be undone.',
  destructive: true,
  params: z.object({ orderId: id('o-1002') }),
  responses: { 200: { description: 'The order, cancelled.', body: Order } },
  problems: [actionNotAllowed],
});

export const reviseOrder = operation({
  operationId: 'reviseOrder',
  method: 'post',
  path: '/orders/{orderId}/revise',
  summary: 'Revise an order',
  security: [{ oauth: ['orders:write'] }],
  description:
    'Replaces the line items, the delivery information, or both, at the current prices of the menu.',
  params: z.object({ orderId: id('o-1003') }),
  body: z
    .strictObject({
      lineItems: requestedLineItems.optional(),
      deliveryInformation: deliveryInformation.optional(),
    })
    .refine((revision) => Object.keys(revision).length > 0, {
      error: 'Expected `lineItems` or `deliveryInformation`.',
    })
    .openapi({ minProperties: 1, example: { lineItems: [{ menuItemId: 'm-margherita', quantity: 3 }] } }),
  responses: { 200: { description: 'The order, revised.', body: Order } },
  problems: [actionNotAllowed, menuItemUnknown, ...dependencyProblems],
});

/** The sample's provider of tokens. `gateway.yaml` says which issuer it trusts; these addresses are for clients. */
const oauth = {
  type: 'oauth2',
  flows: {
    authorizationCode: {
      authorizationUrl: 'http://localhost:9000/auth',
      tokenUrl: 'http://localhost:9000/token',
      scopes: {
        'orders:read': 'Read orders.',
        'orders:write': 'Place, cancel and revise orders.',
      },
    },
  },
} as const;

export const contract = defineContract({
  service: 'orders',
  title: 'Orders',
  description: 'Orders of consumers at restaurants, and their states.',
  version: '2.0.0',
  securitySchemes: { oauth },
  security: [{ oauth: ['orders:read'] }],
  operations: [listOrders, placeOrder, getOrder, cancelOrder, reviseOrder],
});
