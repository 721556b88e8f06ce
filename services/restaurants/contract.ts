/** Restaurants and their menus. */
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
    .openapi({ description: 'A restaurant that cooks what is ordered.' }),
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

/** What a restaurant writes on its menu. */
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
  meaning: 'The other dishes of this restaurant have prices in another currency, so nothing was changed.',
  remedy: 'Give the price in the currency of the other dishes: `currency` names it.',
});

/** Restaurants come seldom and stay as they are: while this service is away, what was seen of them is still good. */
const seldomChanged = 'public, max-age=10, stale-while-revalidate=60, stale-if-error=86400';

const RestaurantPage = page(Restaurant);
/** A menu is short, so to count it costs little. */
export const MenuItemPage = page(MenuItem, { total: true });

export const listRestaurants = operation({
  operationId: 'listRestaurants',
  method: 'get',
  path: '/restaurants',
  summary: 'List restaurants',
  description: 'A page of restaurants, of one cuisine where that is asked for.',
  entry: 'restaurants',
  cacheControl: seldomChanged,
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
  description: 'What it cooks and where it is, with links to its menu and its orders.',
  cacheControl: seldomChanged,
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
          description: 'What can be ordered here.',
        },
        orders: {
          operationId: 'listOrders',
          parameters: { restaurantId: '$response.body#/id' },
          description: 'What has been ordered here.',
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
  description: 'The price has the currency of the other dishes.',
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
  description: 'A dish with its price, and a link to the restaurant that cooks it.',
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
          description: 'Where the dish is changed, with PUT, or taken off the menu, with DELETE.',
        },
      },
    },
  },
});

/** Its examples name a dish that nobody has ordered. */
const changedDish = z.object({ restaurantId: id('r-cantina'), menuItemId: id('m-churros') });

export const replaceMenuItem = operation({
  operationId: 'replaceMenuItem',
  method: 'put',
  path: '/restaurants/{restaurantId}/menu-items/{menuItemId}',
  summary: 'Replace a dish',
  description: 'Orders keep the name and the price that the dish had when it was ordered.',
  params: changedDish,
  body: dish,
  responses: { 200: { description: 'The dish as it is now.', body: MenuItem } },
  problems: [currencyMismatch],
});

export const removeMenuItem = operation({
  operationId: 'removeMenuItem',
  method: 'delete',
  path: '/restaurants/{restaurantId}/menu-items/{menuItemId}',
  summary: 'Take a dish off the menu',
  description: 'It can no longer be ordered; orders keep it.',
  params: changedDish,
  responses: { 204: { description: 'It is off the menu.' } },
});

export const contract = defineContract({
  service: 'restaurants',
  title: 'Restaurants',
  description: 'Restaurants and what is on their menus.',
  version: '2.0.0',
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
