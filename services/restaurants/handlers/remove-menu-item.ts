/** DELETE /restaurants/{restaurantId}/menu-items/{menuItemId} */
import type { Handler } from '../../../src/index.ts';
import { MenuItem, type removeMenuItem } from '../contract.ts';
import { menuItemNotFound } from '../refusals.ts';
import type { RestaurantStore } from '../store.ts';

export const handleRemoveMenuItem =
  (store: RestaurantStore): Handler<typeof removeMenuItem> =>
  async ({ params: { restaurantId, menuItemId }, precondition }) => {
    const removed = await store.changeMenu(restaurantId, async (menu) => {
      const current = await menu.find(menuItemId);
      if (current === undefined) return undefined;
      precondition(MenuItem, current);
      await menu.remove(menuItemId);
      return current;
    });
    if (removed === undefined) throw menuItemNotFound(restaurantId, menuItemId);
    return { status: 204 };
  };
