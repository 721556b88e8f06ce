/** POST /restaurants/{restaurantId}/menu-items */
import { type Handler, newId } from '../../../src/index.ts';
import type { addMenuItem } from '../contract.ts';
import { checkCurrency, restaurantNotFound } from '../refusals.ts';
import type { RestaurantStore } from '../store.ts';

export const handleAddMenuItem =
  (store: RestaurantStore): Handler<typeof addMenuItem> =>
  async ({ params: { restaurantId }, body }) => {
    const added = await store.changeMenu(restaurantId, async (menu) => {
      const item = { id: newId('m'), restaurantId, ...body };
      checkCurrency(item, await menu.currencyOfOthers(item.id));
      await menu.add(item);
      return item;
    });
    if (added === undefined) throw restaurantNotFound(restaurantId);
    return { status: 201, body: added };
  };
