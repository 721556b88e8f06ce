/** The tables and the migrations of the consumers service. */
import { type ColumnType, sql } from 'kysely';
import type { Migration } from '../../src/index.ts';
import { sampleConsumers } from './sample-data.ts';

export interface Tables {
  consumers: {
    id: string;
    name: string;
    email: string;
    address: string | null;
    created_at: ColumnType<Date, string | Date, string | Date>;
  };
}

export const migrations: readonly Migration<Tables>[] = [
  {
    name: 'consumers',
    up: async (tx) => {
      await tx.schema
        .createTable('consumers')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('email', 'text', (column) => column.notNull())
        .addColumn('address', 'text')
        .addColumn('created_at', sql`timestamptz(3)`, (column) => column.notNull())
        .execute();
      await tx.schema.createIndex('consumers_by_age').on('consumers').columns(['created_at', 'id']).execute();
    },
  },
  {
    name: 'sample consumers',
    up: async (tx) => {
      await tx.insertInto('consumers').values(sampleConsumers).execute();
    },
  },
  {
    name: 'consumers by name',
    async up(tx) {
      await tx.schema.createIndex('consumers_by_name').on('consumers').columns(['name', 'id']).execute();
    },
  },
];
