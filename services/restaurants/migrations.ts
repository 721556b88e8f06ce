/** The migrations of the restaurants service. */
import { sql } from 'kysely';
import type { Migration } from '../../src/index.ts';
import { sampleMenuItems, sampleRestaurants } from './sample-data.ts';
import type { Tables } from './tables.ts';

export const migrations: readonly Migration<Tables>[] = [
  {
    name: 'restaurants',
    async up(tx) {
      await tx.schema
        .createTable('restaurants')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('cuisine', 'text', (column) => column.notNull())
        .addColumn('address', 'text', (column) => column.notNull())
        .addColumn('created_at', sql`timestamptz(3)`, (column) => column.notNull())
        .execute();
      await tx.schema
        .createIndex('restaurants_page')
        .on('restaurants')
        .columns(['created_at', 'id'])
        .execute();
    },
  },
  {
    name: 'menu items',
    async up(tx) {
      await tx.schema
        .createTable('menu_items')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('restaurant_id', 'text', (column) => column.notNull().references('restaurants.id'))
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text')
        .addColumn('price_amount', 'integer', (column) => column.notNull())
        .addColumn('price_currency', 'text', (column) => column.notNull())
        .addColumn('created_at', sql`timestamptz(3)`, (column) => column.notNull())
        .execute();
      await tx.schema
        .createIndex('menu_items_page')
        .on('menu_items')
        .columns(['restaurant_id', 'created_at', 'id'])
        .execute();
    },
  },
  {
    name: 'sample data',
    async up(tx) {
      await tx.insertInto('restaurants').values(sampleRestaurants).execute();
      await tx.insertInto('menu_items').values(sampleMenuItems).execute();
    },
  },
  {
    name: 'restaurants by name and by cuisine',
    async up(tx) {
      for (const order of [
        ['name', 'id'],
        ['cuisine', 'created_at', 'id'],
      ])
        await tx.schema
          .createIndex(['restaurants_by', ...order].join('_'))
          .on('restaurants')
          .columns(order)
          .execute();
    },
  },
];
