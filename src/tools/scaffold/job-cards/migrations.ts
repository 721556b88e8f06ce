/** The migrations of the job cards service. */
import { sql } from 'kysely';
import type { Migration } from '../../../index.ts';
import { sampleJobCards } from './sample-data.ts';
import type { Tables } from './tables.ts';

export const migrations: readonly Migration<Tables>[] = [
  {
    name: 'job cards',
    async up(tx) {
      await tx.schema
        .createTable('job_cards')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('notes', 'text')
        .addColumn('help_desk_id', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('created_at', sql`timestamptz(3)`, (column) => column.notNull())
        .execute();
      const indexes = {
        by_age: ['created_at', 'id'],
        by_title: ['title', 'id'],
        by_help_desk: ['help_desk_id', 'created_at', 'id'],
        by_state: ['state', 'created_at', 'id'],
      };
      for (const [name, columns] of Object.entries(indexes))
        await tx.schema.createIndex(`job_cards_${name}`).on('job_cards').columns(columns).execute();
    },
  },
  {
    name: 'sample data',
    async up(tx) {
      await tx.insertInto('job_cards').values(sampleJobCards).execute();
    },
  },
];
