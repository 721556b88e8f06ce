/** Where restaurants and their menus are kept. */
import type { Kysely } from 'kysely';
import { keysetPage, type PageRequest, type SortColumns, type StateOf } from '../../src/index.ts';
import type { MenuItem as MenuItemResource, Restaurant as RestaurantResource } from './contract.ts';
import type { MenuItemRow, RestaurantRow, Tables } from './tables.ts';

export type Restaurant = StateOf<typeof RestaurantResource>;
export type MenuItem = StateOf<typeof MenuItemResource>;

const SORT: SortColumns = {
  createdAt: { column: 'created_at', holds: 'time' },
  name: { column: 'name', holds: 'text' },
};

interface RestaurantFilter {
  readonly cuisine?: string | undefined;
}

export const restaurantStore = (db: Kysely<Tables>) => {
  const menu = (restaurantId: string) =>
    db.selectFrom('menu_items').selectAll().where('restaurant_id', '=', restaurantId);

  return {
    list: ({ cuisine, ...page }: RestaurantFilter & PageRequest) => {
      const all = db.selectFrom('restaurants').selectAll();
      const chosen = cuisine === undefined ? all : all.where('cuisine', '=', cuisine);
      return keysetPage(chosen, page, toRestaurant, SORT);
    },

    async find(id: string): Promise<Restaurant | undefined> {
      const row = await db.selectFrom('restaurants').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRestaurant(row);
    },

    async listMenu(restaurantId: string, page: PageRequest) {
      const [shown, { total }] = await Promise.all([
        keysetPage(menu(restaurantId), page, toMenuItem),
        db
          .selectFrom('menu_items')
          .select(({ fn }) => fn.countAll<string>().as('total'))
          .where('restaurant_id', '=', restaurantId)
          .executeTakeFirstOrThrow(),
      ]);
      return { ...shown, total: Number(total) };
    },

    async findMenuItem(restaurantId: string, id: string): Promise<MenuItem | undefined> {
      const row = await menu(restaurantId).where('id', '=', id).executeTakeFirst();
      return row && toMenuItem(row);
    },
  };
};

export type RestaurantStore = ReturnType<typeof restaurantStore>;

const toRestaurant = ({ created_at, ...rest }: RestaurantRow): Restaurant => ({
  ...rest,
  createdAt: created_at.toISOString(),
});

const toMenuItem = (row: MenuItemRow): MenuItem => ({
  id: row.id,
  restaurantId: row.restaurant_id,
  name: row.name,
  ...(row.description === null ? {} : { description: row.description }),
  price: { amount: row.price_amount, currency: row.price_currency },
});
