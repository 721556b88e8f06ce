/** The storage of consumers. */
import type { Kysely, Selectable } from 'kysely';
import {
  keysetPage,
  type PageRequest,
  type PageState,
  type SortColumns,
  type StateOf,
  transaction,
} from '../../src/index.ts';
import type { Consumer } from './contract.ts';
import type { Tables } from './migrations.ts';

type ConsumerState = StateOf<typeof Consumer>;

export type ConsumerStore = ReturnType<typeof consumerStore>;

const SORT: SortColumns = {
  createdAt: { column: 'created_at', holds: 'time' },
  name: { column: 'name', holds: 'text' },
};

interface ConsumerFilter {
  readonly id?: readonly string[] | undefined;
}

export const consumerStore = (db: Kysely<Tables>) => ({
  async find(id: string): Promise<ConsumerState | undefined> {
    const row = await db.selectFrom('consumers').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toState(row);
  },

  list: ({ id, ...page }: ConsumerFilter & PageRequest): Promise<PageState<ConsumerState>> => {
    const all = db.selectFrom('consumers').selectAll();
    return keysetPage(id === undefined ? all : all.where('id', 'in', id), page, toState, SORT);
  },

  async insert(consumer: ConsumerState): Promise<void> {
    await transaction(db, (tx) => tx.insertInto('consumers').values(toRow(consumer)).execute());
  },

  /**
   * Changes a consumer under a lock; nothing is changed when `change` throws.
   * @returns the changed consumer, or undefined when the id is unknown
   */
  change: (id: string, change: (consumer: ConsumerState) => ConsumerState) =>
    transaction(db, async (tx) => {
      const locked = tx.selectFrom('consumers').selectAll().where('id', '=', id).forUpdate();
      const row = await locked.executeTakeFirst();
      if (row === undefined) return undefined;
      const changed = change(toState(row));
      await tx.updateTable('consumers').set(toRow(changed)).where('id', '=', id).execute();
      return changed;
    }),
});

const toRow = ({ createdAt, address, ...consumer }: ConsumerState) => ({
  ...consumer,
  address: address ?? null,
  created_at: createdAt,
});

const toState = ({ created_at, address, ...row }: Selectable<Tables['consumers']>): ConsumerState => ({
  ...row,
  ...(address === null ? {} : { address }),
  createdAt: created_at.toISOString(),
});
