/** PUT /restaurants/{restaurantId}/menu-items/{menuItemId} */
import type { Handler } from '../../../src/index.ts';
import { MenuItem, type replaceMenuItem } from '../contract.ts';
import { checkCurrency, menuItemNotFound } from '../refusals.ts';
import type { RestaurantStore } from '../store.ts';

export const handleReplaceMenuItem =
  (store: RestaurantStore): Handler<typeof replaceMenuItem> =>
  async ({ params: { restaurantId, menuItemId }, body, precondition }) => {
    const replaced = await store.changeMenu(restaurantId, async (menu) => {
      const current = await menu.find(menuItemId);
      if (current === undefined) return undefined;
      precondition(MenuItem, current);
      const item = { id: menuItemId, restaurantId, ...body };
      checkCurrency(item, await menu.currencyOfOthers(menuItemId));
      await menu.replace(item);
      return item;
    });
    if (replaced === undefined) throw menuItemNotFound(restaurantId, menuItemId);
    return { status: 200, body: replaced };
  };
