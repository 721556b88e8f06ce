/** GET /restaurants/{restaurantId}/menu-items */
import { type Handler, notFound, Problem } from '../../../src/index.ts';
import type { listMenuItems } from '../contract.ts';
import type { RestaurantStore } from '../store.ts';

export const handleListMenuItems =
  (store: RestaurantStore): Handler<typeof listMenuItems> =>
  async ({ params: { restaurantId }, query }) => {
    const menu = await store.listMenu(restaurantId, query);
    // The page is empty if the menu is empty or the restaurant does not exist.
    if (menu.items.length === 0 && (await store.find(restaurantId)) === undefined)
      throw new Problem(notFound, `There is no restaurant ${restaurantId}.`);
    return { status: 200, body: menu };
  };
