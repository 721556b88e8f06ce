/** Where consumers are kept. */
import type { Kysely, Selectable } from 'kysely';
import {
  keysetPage,
  type PageRequest,
  type PageState,
  type SortColumns,
  type StateOf,
} from '../../src/index.ts';
import type { Consumer } from './contract.ts';
import type { Tables } from './migrations.ts';

type ConsumerState = StateOf<typeof Consumer>;

export type ConsumerStore = ReturnType<typeof consumerStore>;

const SORT: SortColumns = {
  createdAt: { column: 'created_at', holds: 'time' },
  name: { column: 'name', holds: 'text' },
};

export const consumerStore = (db: Kysely<Tables>) => ({
  async find(id: string): Promise<ConsumerState | undefined> {
    const row = await db.selectFrom('consumers').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toState(row);
  },

  list: (page: PageRequest): Promise<PageState<ConsumerState>> =>
    keysetPage(db.selectFrom('consumers').selectAll(), page, toState, SORT),

  async insert({ createdAt, address, ...consumer }: ConsumerState): Promise<void> {
    await db
      .insertInto('consumers')
      .values({ ...consumer, address: address ?? null, created_at: createdAt })
      .execute();
  },
});

const toState = ({ created_at, address, ...row }: Selectable<Tables['consumers']>): ConsumerState => ({
  ...row,
  ...(address === null ? {} : { address }),
  createdAt: created_at.toISOString(),
});
