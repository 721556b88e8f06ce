/** GET /restaurants/{restaurantId}/menu-items/{menuItemId} */
import type { Handler } from '../../../src/index.ts';
import type { getMenuItem } from '../contract.ts';
import { menuItemNotFound } from '../refusals.ts';
import type { RestaurantStore } from '../store.ts';

export const handleGetMenuItem =
  (store: RestaurantStore): Handler<typeof getMenuItem> =>
  async ({ params: { restaurantId, menuItemId } }) => {
    const item = await store.findMenuItem(restaurantId, menuItemId);
    if (item === undefined) throw menuItemNotFound(restaurantId, menuItemId);
    return { status: 200, body: item };
  };
