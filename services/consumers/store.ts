/** Where consumers are kept. */
import type { Kysely, Selectable } from 'kysely';
import { decodeCursor, type PageRequest, type PageState, pageOf, type StateOf } from '../../src/index.ts';
import type { Consumer } from './contract.ts';
import type { Tables } from './migrations.ts';

type ConsumerState = StateOf<typeof Consumer>;

export type ConsumerStore = ReturnType<typeof consumerStore>;

export const consumerStore = (db: Kysely<Tables>) => ({
  async find(id: string): Promise<ConsumerState | undefined> {
    const row = await db.selectFrom('consumers').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toState(row);
  },

  async list({ limit, cursor }: PageRequest): Promise<PageState<ConsumerState>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await db
      .selectFrom('consumers')
      .selectAll()
      .$if(after !== undefined, (query) =>
        query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created_at', 'id'), '>', tuple(new Date(after?.createdAt ?? 0), after?.id ?? '')),
        ),
      )
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit + 1)
      .execute();
    return pageOf(rows.map(toState), limit);
  },

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
