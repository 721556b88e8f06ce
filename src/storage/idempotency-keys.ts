/** What was answered under which idempotency key: a table that every schema has, so that it is kept with what it tells of. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from './migrate.ts';
import { transaction } from './transaction.ts';

interface KeyRow {
  caller: string;
  key: string;
  subject: string | null;
  /** Of the request. */
  fingerprint: string;
  status: number;
  /** What the handler gave, as JSON text. */
  body: string | null;
  created_at: Date;
}

interface Tables {
  idempotency_keys: KeyRow;
}

export interface IdempotencyKey {
  /** Whose key it is, as a hash: keys of different callers have nothing to do with each other. */
  readonly caller: string;
  readonly key: string;
  /** Whom the caller says it acts for, as a hash; undefined where it does not say. */
  readonly subject?: string | undefined;
}

/** Found under a key. */
export interface FoundResult extends StoredResult {
  /** Whether it was made for this caller; otherwise for another one of the same subject. */
  readonly isOwn: boolean;
}

export interface StoredResult {
  readonly fingerprint: string;
  readonly status: number;
  readonly body?: unknown;
}

/** How long a key is kept, for PostgreSQL. */
const KEPT = sql<Date>`now() - interval '24 hours'`;

export const idempotencyKeysMigration: Migration<Tables> = {
  name: 'idempotency keys',
  async up(tx) {
    await tx.schema
      .createTable('idempotency_keys')
      .addColumn('caller', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('status', 'integer', (column) => column.notNull())
      .addColumn('body', 'text')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
      .addPrimaryKeyConstraint('idempotency_keys_pk', ['caller', 'key'])
      .execute();
    await tx.schema
      .createIndex('idempotency_keys_by_age')
      .on('idempotency_keys')
      .column('created_at')
      .execute();
  },
};

/** Of two callers of one subject with one key, one is kept. */
export const idempotencySubjectsMigration: Migration<Tables> = {
  name: 'idempotency subjects',
  async up(tx) {
    await tx.schema.alterTable('idempotency_keys').addColumn('subject', 'text').execute();
    await tx.schema
      .createIndex('idempotency_keys_by_subject')
      .on('idempotency_keys')
      .columns(['subject', 'key'])
      .unique()
      .execute();
  },
};

export class IdempotencyKeys {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<unknown>) {
    this.#db = db as Kysely<Tables>;
  }

  async find({ caller, key, subject = '' }: IdempotencyKey): Promise<FoundResult | undefined> {
    const rows = await this.#db
      .selectFrom('idempotency_keys')
      .select(['caller', 'fingerprint', 'status', 'body'])
      .where((is) => is.or([is('caller', '=', caller), is('subject', '=', subject)]))
      .where('key', '=', key)
      .where('created_at', '>', KEPT)
      .execute();
    const row = rows.find((one) => one.caller === caller) ?? rows[0];
    if (row === undefined) return undefined;
    const { body, caller: owner, ...rest } = row;
    return { ...rest, isOwn: owner === caller, ...(body !== null && { body: JSON.parse(body) }) };
  }

  /**
   * Keeps an answer, in the transaction of what it tells of; waits while another instance does the same.
   * @returns false when the key is taken: then nothing of that transaction may be kept
   */
  keep(
    { caller, key, subject }: IdempotencyKey,
    { fingerprint, status, body }: StoredResult,
  ): Promise<boolean> {
    return transaction(this.#db, async (tx) => {
      await tx.deleteFrom('idempotency_keys').where('created_at', '<=', KEPT).execute();
      const { numInsertedOrUpdatedRows } = await tx
        .insertInto('idempotency_keys')
        .values({
          caller,
          key,
          subject: subject ?? null,
          fingerprint,
          status,
          body: body === undefined ? null : JSON.stringify(body),
          created_at: sql<Date>`now()`,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    });
  }
}
