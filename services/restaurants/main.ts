/** Wires the restaurants service. */
import { defineService } from '../../src/index.ts';
import { contract as orders } from '../orders/contract.ts';
import { contract } from './contract.ts';
import { handleAddMenuItem } from './handlers/add-menu-item.ts';
import { handleGetMenuItem } from './handlers/get-menu-item.ts';
import { handleGetRestaurant } from './handlers/get-restaurant.ts';
import { handleListMenuItems } from './handlers/list-menu-items.ts';
import { handleListRestaurants } from './handlers/list-restaurants.ts';
import { handleRemoveMenuItem } from './handlers/remove-menu-item.ts';
import { handleReplaceMenuItem } from './handlers/replace-menu-item.ts';
import { menuActions, menuItemActions } from './links.ts';
import { migrations } from './migrations.ts';
import { restaurantStore } from './store.ts';

export const service = defineService({
  contract,
  linked: { orders },
  affordances: [menuActions, menuItemActions],
  migrations,
  handlers: ({ db }) => {
    const store = restaurantStore(db);
    return {
      listRestaurants: handleListRestaurants(store),
      getRestaurant: handleGetRestaurant(store),
      listMenuItems: handleListMenuItems(store),
      addMenuItem: handleAddMenuItem(store),
      getMenuItem: handleGetMenuItem(store),
      replaceMenuItem: handleReplaceMenuItem(store),
      removeMenuItem: handleRemoveMenuItem(store),
    };
  },
});
