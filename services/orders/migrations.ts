/** The migrations of the orders service. */
import { sql } from 'kysely';
import type { Migration } from '../../src/index.ts';
import { sampleOrders } from './sample-data.ts';
import { toRow } from './store.ts';
import type { Tables } from './tables.ts';

export const migrations: readonly Migration<Tables>[] = [
  {
    name: 'orders',
    async up(tx) {
      await tx.schema
        .createTable('orders')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('consumer_id', 'text', (column) => column.notNull())
        .addColumn('restaurant_id', 'text', (column) => column.notNull())
        .addColumn('line_items', 'jsonb', (column) => column.notNull())
        .addColumn('delivery_information', 'jsonb', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('created_at', sql`timestamptz(3)`, (column) => column.notNull())
        .execute();
      for (const filter of [[], ['consumer_id'], ['restaurant_id'], ['state']])
        await tx.schema
          .createIndex(['orders', ...filter, 'page'].join('_'))
          .on('orders')
          .columns([...filter, 'created_at', 'id'])
          .execute();
    },
  },
  {
    name: 'sample data',
    async up(tx) {
      await tx.insertInto('orders').values(sampleOrders.map(toRow)).execute();
    },
  },
];
