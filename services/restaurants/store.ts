/** Where restaurants and their menus are kept. */
import type { Kysely } from 'kysely';
import { keysetPage, type PageRequest, type StateOf } from '../../src/index.ts';
import type { MenuItem as MenuItemResource, Restaurant as RestaurantResource } from './contract.ts';
import type { MenuItemRow, RestaurantRow, Tables } from './tables.ts';

export type Restaurant = StateOf<typeof RestaurantResource>;
export type MenuItem = StateOf<typeof MenuItemResource>;

export const restaurantStore = (db: Kysely<Tables>) => {
  const menu = (restaurantId: string) =>
    db.selectFrom('menu_items').selectAll().where('restaurant_id', '=', restaurantId);

  return {
    list: (page: PageRequest) => keysetPage(db.selectFrom('restaurants').selectAll(), page, toRestaurant),

    async find(id: string): Promise<Restaurant | undefined> {
      const row = await db.selectFrom('restaurants').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRestaurant(row);
    },

    listMenu: (restaurantId: string, page: PageRequest) => keysetPage(menu(restaurantId), page, toMenuItem),

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
