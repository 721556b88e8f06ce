/** The storage of restaurants and their menus. */
import type { Kysely, Transaction } from 'kysely';
import {
  keysetPage,
  type PageRequest,
  type SortColumns,
  type StateOf,
  transaction,
} from '../../src/index.ts';
import type { MenuItem as MenuItemResource, Restaurant as RestaurantResource } from './contract.ts';
import type { MenuItemRow, RestaurantRow, Tables } from './tables.ts';

export type Restaurant = StateOf<typeof RestaurantResource>;
export type MenuItem = StateOf<typeof MenuItemResource>;

const SORT: SortColumns = {
  createdAt: { column: 'created_at', holds: 'time' },
  name: { column: 'name', holds: 'text' },
};

interface ById {
  readonly id?: readonly string[] | undefined;
}

interface RestaurantFilter extends ById {
  readonly cuisine?: string | undefined;
}

export const restaurantStore = (db: Kysely<Tables>) => {
  const menu = (restaurantId: string) =>
    db.selectFrom('menu_items').selectAll().where('restaurant_id', '=', restaurantId);

  return {
    list: ({ id, cuisine, ...page }: RestaurantFilter & PageRequest) => {
      const chosen = db
        .selectFrom('restaurants')
        .selectAll()
        .$if(id !== undefined, (query) => query.where('id', 'in', id as string[]))
        .$if(cuisine !== undefined, (query) => query.where('cuisine', '=', cuisine as string));
      return keysetPage(chosen, page, toRestaurant, SORT);
    },

    async find(id: string): Promise<Restaurant | undefined> {
      const row = await db.selectFrom('restaurants').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toRestaurant(row);
    },

    async listMenu(restaurantId: string, { id, ...page }: ById & PageRequest) {
      const chosen = db
        .selectFrom('menu_items')
        .where('restaurant_id', '=', restaurantId)
        .$if(id !== undefined, (query) => query.where('id', 'in', id as string[]));
      const [shown, { total }] = await Promise.all([
        keysetPage(chosen.selectAll(), page, toMenuItem),
        chosen.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
      ]);
      return { ...shown, total: Number(total) };
    },

    async findMenuItem(restaurantId: string, id: string): Promise<MenuItem | undefined> {
      const row = await menu(restaurantId).where('id', '=', id).executeTakeFirst();
      return row && toMenuItem(row);
    },

    /**
     * Changes a menu under a lock; nothing is changed when `change` throws.
     * @returns the result of `change`, or undefined when the restaurant does not exist
     */
    changeMenu: <Result>(restaurantId: string, change: (menu: Menu) => Promise<Result>) =>
      transaction(db, async (tx) => {
        const restaurant = tx.selectFrom('restaurants').select('id').where('id', '=', restaurantId);
        const locked = await restaurant.forUpdate().executeTakeFirst();
        return locked && change(new Menu(tx, restaurantId));
      }),
  };
};

/** One menu, locked for changes. */
class Menu {
  readonly #tx: Transaction<Tables>;
  readonly #restaurantId: string;

  constructor(tx: Transaction<Tables>, restaurantId: string) {
    this.#tx = tx;
    this.#restaurantId = restaurantId;
  }

  async find(id: string): Promise<MenuItem | undefined> {
    const query = this.#tx.selectFrom('menu_items').selectAll().where('id', '=', id);
    const row = await query.where('restaurant_id', '=', this.#restaurantId).executeTakeFirst();
    return row && toMenuItem(row);
  }

  /** The currency of the other menu items; undefined if there are none. */
  async currencyOfOthers(id: string): Promise<string | undefined> {
    const query = this.#tx.selectFrom('menu_items').select('price_currency').where('id', '!=', id);
    const row = await query.where('restaurant_id', '=', this.#restaurantId).executeTakeFirst();
    return row?.price_currency;
  }

  async add(item: MenuItem): Promise<void> {
    await this.#tx
      .insertInto('menu_items')
      .values({ id: item.id, restaurant_id: this.#restaurantId, created_at: new Date(), ...toColumns(item) })
      .execute();
  }

  async replace(item: MenuItem): Promise<void> {
    await this.#tx.updateTable('menu_items').set(toColumns(item)).where('id', '=', item.id).execute();
  }

  async remove(id: string): Promise<void> {
    await this.#tx.deleteFrom('menu_items').where('id', '=', id).execute();
  }
}

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

const toColumns = ({ name, description, price }: MenuItem) => ({
  name,
  description: description ?? null,
  price_amount: price.amount,
  price_currency: price.currency,
});
