/** Results by idempotency key: a table in every schema, so that a result is stored in the transaction of its changes. */
import { type Kysely, sql } from 'kysely';
import type { Migration } from './migrate.ts';
import { transaction } from './transaction.ts';

interface KeyRow {
  caller: string;
  key: string;
  subject: string | null;
  /** Hash of the request. */
  fingerprint: string;
  status: number;
  /** Result of the handler, as JSON text. */
  body: string | null;
  created_at: Date;
}

interface Tables {
  idempotency_keys: KeyRow;
}

export interface IdempotencyKey {
  /** Hash of the client that owns the key: keys of different clients are independent. */
  readonly caller: string;
  readonly key: string;
  /** Hash of the subject that the client acts for; undefined if it names none. */
  readonly subject?: string | undefined;
}

/** A result that is stored under a key. */
export interface FoundResult extends StoredResult {
  /** Whether this client owns it; otherwise another client of the same subject does. */
  readonly isOwn: boolean;
}

export interface StoredResult {
  readonly fingerprint: string;
  readonly status: number;
  readonly body?: unknown;
}

/** Results that are older have expired. */
const EXPIRY = sql<Date>`now() - interval '24 hours'`;

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

/** Of two clients of one subject that use the same key, only the result of one is stored. */
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
      .where('created_at', '>', EXPIRY)
      .execute();
    const row = rows.find((one) => one.caller === caller) ?? rows[0];
    if (row === undefined) return undefined;
    const { body, caller: owner, ...rest } = row;
    return { ...rest, isOwn: owner === caller, ...(body !== null && { body: JSON.parse(body) }) };
  }

  /**
   * Stores a result in the transaction of its changes. It waits while another instance stores one under the same key.
   * @returns false when the key is taken: then the transaction must be rolled back
   */
  keep(
    { caller, key, subject }: IdempotencyKey,
    { fingerprint, status, body }: StoredResult,
  ): Promise<boolean> {
    return transaction(this.#db, async (tx) => {
      await tx.deleteFrom('idempotency_keys').where('created_at', '<=', EXPIRY).execute();
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
