/** The restaurants service, wired. */
import { defineService } from '../../src/index.ts';
import { contract as orders } from '../orders/contract.ts';
import { contract } from './contract.ts';
import { handleGetMenuItem } from './handlers/get-menu-item.ts';
import { handleGetRestaurant } from './handlers/get-restaurant.ts';
import { handleListMenuItems } from './handlers/list-menu-items.ts';
import { handleListRestaurants } from './handlers/list-restaurants.ts';
import { migrations } from './migrations.ts';
import { restaurantStore } from './store.ts';

export const service = defineService({
  contract,
  linked: { orders },
  affordances: [],
  migrations,
  handlers: ({ db }) => {
    const store = restaurantStore(db);
    return {
      listRestaurants: handleListRestaurants(store),
      getRestaurant: handleGetRestaurant(store),
      listMenuItems: handleListMenuItems(store),
      getMenuItem: handleGetMenuItem(store),
    };
  },
});
