/** Restaurants and their menus. */
import {
  defineContract,
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

export const Restaurant = resource(
  'Restaurant',
  z
    .object({
      id: restaurantId,
      name: z.string().openapi({ example: 'Trattoria da Ugo' }),
      cuisine: z.string().openapi({ example: 'Italian' }),
      address: z.string(),
      createdAt: z.iso.datetime(),
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

const RestaurantPage = page(Restaurant);
/** A menu is short, so to count it costs little. */
const MenuItemPage = page(MenuItem, { total: true });

export const listRestaurants = operation({
  operationId: 'listRestaurants',
  method: 'get',
  path: '/restaurants',
  summary: 'List restaurants',
  entry: 'restaurants',
  query: pageQuery.extend({
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
  params: z.object({ restaurantId }),
  query: pageQuery,
  responses: {
    200: {
      description: 'A page of the menu.',
      body: MenuItemPage,
      links: {
        restaurant: {
          operationId: 'getRestaurant',
          parameters: { restaurantId: '$request.path.restaurantId' },
        },
      },
    },
  },
});

export const getMenuItem = operation({
  operationId: 'getMenuItem',
  method: 'get',
  path: '/restaurants/{restaurantId}/menu-items/{menuItemId}',
  summary: 'Get a menu item',
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
      },
    },
  },
});

export const contract = defineContract({
  service: 'restaurants',
  title: 'Restaurants',
  description: 'Restaurants and what is on their menus.',
  version: '1.0.0',
  operations: [listRestaurants, getRestaurant, listMenuItems, getMenuItem],
});
