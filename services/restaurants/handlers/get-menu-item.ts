/** GET /restaurants/{restaurantId}/menu-items/{menuItemId} */
import { type Handler, notFound, Problem } from '../../../src/index.ts';
import type { getMenuItem } from '../contract.ts';
import type { RestaurantStore } from '../store.ts';

export const handleGetMenuItem =
  (store: RestaurantStore): Handler<typeof getMenuItem> =>
  async ({ params: { restaurantId, menuItemId } }) => {
    const item = await store.findMenuItem(restaurantId, menuItemId);
    if (item === undefined)
      throw new Problem(notFound, `The restaurant ${restaurantId} has no menu item ${menuItemId}.`);
    return { status: 200, body: item };
  };
