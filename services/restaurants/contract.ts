/** The contract of restaurants and their menus. */
import {
  batchOf,
  defineContract,
  defineProblem,
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

const restaurantId = id('r-trattoria');
const menuItemId = id('m-margherita');

const MAX_PRICE = 10_000_000;

export const Restaurant = resource(
  'Restaurant',
  z
    .object({
      id: restaurantId,
      name: z.string().openapi({ example: 'Trattoria da Ugo' }),
      cuisine: z.string().openapi({ example: 'Italian' }),
      address: z.string(),
      createdAt: z.iso.datetime({ offset: true }),
    })
    .openapi({ description: 'A restaurant that prepares orders.' }),
);

export const MenuItem = resource(
  'MenuItem',
  z
    .object({
      id: menuItemId,
      restaurantId,
      name: z.string().openapi({ example: 'Pizza Margherita' }),
      description: z.string().optional(),
      price: money,
    })
    .openapi({ description: 'A dish on the menu of one restaurant.' }),
);

/** The body of requests that add or replace a menu item. */
const dish = z.strictObject({
  name: text(100).openapi({ example: 'Churros' }),
  description: text(500).optional(),
  price: z
    .strictObject({
      ...money.shape,
      amount: z.int().min(0).max(MAX_PRICE).openapi({ description: 'In minor units.' }),
    })
    .openapi({ example: { amount: 590, currency: 'EUR' } }),
});

export const currencyMismatch = defineProblem({
  code: 'currency-mismatch',
  status: 422,
  title: 'A menu has one currency',
  meaning: 'The other menu items of this restaurant have prices in another currency. Nothing was changed.',
  remedy: 'Send the price in the currency of the other menu items, which `currency` names.',
});

/** Restaurants seldom change, so stale responses are acceptable while this service is unavailable. */
const SELDOM_CHANGED = 'public, max-age=10, stale-while-revalidate=60, stale-if-error=86400';

const RestaurantPage = page(Restaurant);
/** Menus are short, so counting their items is cheap. */
export const MenuItemPage = page(MenuItem, { total: true });

export const listRestaurants = operation({
  operationId: 'listRestaurants',
  method: 'get',
  path: '/restaurants',
  summary: 'List restaurants',
  description: 'A page of restaurants, optionally only those with one cuisine.',
  entry: 'restaurants',
  cacheControl: SELDOM_CHANGED,
  query: pageQuery.extend({
    id: batchOf('getRestaurant', restaurantId),
    cuisine: text(100).optional().openapi({ description: 'Only restaurants with this cuisine.' }),
    sort: sortBy('createdAt', 'name'),
  }),
  responses: {
    200: {
      description: 'A page of restaurants, the oldest first unless `sort` says otherwise.',
      body: RestaurantPage,
    },
  },
});

export const getRestaurant = operation({
  operationId: 'getRestaurant',
  method: 'get',
  path: '/restaurants/{restaurantId}',
  summary: 'Get a restaurant',
  description: 'The cuisine and the address of a restaurant, with links to its menu and its orders.',
  cacheControl: SELDOM_CHANGED,
  params: z.object({ restaurantId }),
  responses: {
    200: {
      description: 'The restaurant.',
      body: Restaurant,
      links: {
        self: { operationId: 'getRestaurant', parameters: { restaurantId: '$response.body#/id' } },
        menuItems: {
          operationId: 'listMenuItems',
          parameters: { restaurantId: '$response.body#/id' },
          description: 'The menu of this restaurant.',
        },
        orders: {
          operationId: 'listOrders',
          parameters: { restaurantId: '$response.body#/id' },
          description: 'The orders at this restaurant.',
        },
      },
    },
  },
});

export const listMenuItems = operation({
  operationId: 'listMenuItems',
  method: 'get',
  path: '/restaurants/{restaurantId}/menu-items',
  summary: 'List the menu of a restaurant',
  description: 'A page of dishes with their prices.',
  params: z.object({ restaurantId }),
  query: pageQuery.extend({ id: batchOf('getMenuItem', menuItemId) }),
  responses: {
    200: {
      description: 'A page of the menu.',
      body: MenuItemPage,
      links: {
        restaurant: {
          operationId: 'getRestaurant',
          parameters: { restaurantId: '$request.path.restaurantId' },
        },
        add: {
          operationId: 'addMenuItem',
          parameters: { restaurantId: '$request.path.restaurantId' },
        },
      },
    },
  },
});

export const addMenuItem = operation({
  operationId: 'addMenuItem',
  method: 'post',
  path: '/restaurants/{restaurantId}/menu-items',
  summary: 'Add a dish to the menu',
  security: [{ oauth: ['kitchen'] }],
  description: 'The price must be in the currency of the other menu items.',
  params: z.object({ restaurantId }),
  body: dish,
  responses: { 201: { description: 'The new dish.', body: MenuItem } },
  problems: [currencyMismatch],
});

export const getMenuItem = operation({
  operationId: 'getMenuItem',
  method: 'get',
  path: '/restaurants/{restaurantId}/menu-items/{menuItemId}',
  summary: 'Get a menu item',
  description: 'A menu item with its price and a link to its restaurant.',
  params: z.object({ restaurantId, menuItemId }),
  responses: {
    200: {
      description: 'The menu item.',
      body: MenuItem,
      links: {
        self: {
          operationId: 'getMenuItem',
          parameters: { restaurantId: '$response.body#/restaurantId', menuItemId: '$response.body#/id' },
        },
        restaurant: {
          operationId: 'getRestaurant',
          parameters: { restaurantId: '$response.body#/restaurantId' },
        },
        edit: {
          operationId: 'replaceMenuItem',
          parameters: { restaurantId: '$response.body#/restaurantId', menuItemId: '$response.body#/id' },
          description:
            'The target of PUT requests that replace the menu item and DELETE requests that remove it.',
        },
      },
    },
  },
});

/** The examples name a menu item that is in no sample order. */
const changedDish = z.object({ restaurantId: id('r-cantina'), menuItemId: id('m-churros') });

export const replaceMenuItem = operation({
  operationId: 'replaceMenuItem',
  method: 'put',
  path: '/restaurants/{restaurantId}/menu-items/{menuItemId}',
  summary: 'Replace a dish',
  security: [{ oauth: ['kitchen'] }],
  description: 'Existing orders keep the name and the price of the menu item at the time of the order.',
  params: changedDish,
  body: dish,
  responses: { 200: { description: 'The menu item after the change.', body: MenuItem } },
  problems: [currencyMismatch],
});

export const removeMenuItem = operation({
  operationId: 'removeMenuItem',
  method: 'delete',
  path: '/restaurants/{restaurantId}/menu-items/{menuItemId}',
  summary: 'Take a dish off the menu',
  security: [{ oauth: ['kitchen'] }],
  description: 'The menu item can no longer be ordered. Existing orders keep it.',
  params: changedDish,
  responses: { 204: { description: 'The menu item was removed.' } },
});

/** The sample's provider of tokens. `gateway.yaml` says which issuer it trusts; these addresses are for clients. */
const oauth = {
  type: 'oauth2',
  flows: {
    authorizationCode: {
      authorizationUrl: 'http://localhost:9000/auth',
      tokenUrl: 'http://localhost:9000/token',
      scopes: {
        kitchen: 'Change the menus of restaurants.',
      },
    },
  },
} as const;

export const contract = defineContract({
  service: 'restaurants',
  title: 'Restaurants',
  description: 'Restaurants and what is on their menus.',
  version: '2.0.0',
  securitySchemes: { oauth },
  operations: [
    listRestaurants,
    getRestaurant,
    listMenuItems,
    addMenuItem,
    getMenuItem,
    replaceMenuItem,
    removeMenuItem,
  ],
});
