/**
 * Forward-only migrations of one schema. Each runs and is recorded in one transaction under a lock, so that only one of
 * several starting instances applies it.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import { ConfigError } from '../config/config-error.ts';
import { transaction } from './transaction.ts';

/** Never edit, move or delete a migration after it has run anywhere. Add a new migration instead. */
export interface Migration<Tables> {
  readonly name: string;
  up(tx: Transaction<Tables>): Promise<void>;
}

/** The table that records the migrations of the schema. The tables of the library have a separate history. */
type History = 'migrations' | 'library_migrations';

type Log = Record<History, { number: number; name: string; applied_at: Date }>;

export interface MigrateOptions<Tables> {
  readonly schema: string;
  readonly migrations: readonly Migration<Tables>[];
  readonly history?: History;
}

export async function migrate<Tables>(
  db: Kysely<unknown>,
  { schema, migrations, history = 'migrations' }: MigrateOptions<Tables>,
): Promise<void> {
  while (await applyNext(db, { schema, migrations, history }));
}

const applyNext = <Tables>(
  db: Kysely<unknown>,
  { schema, migrations, history }: Required<MigrateOptions<Tables>>,
): Promise<boolean> =>
  transaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`linkway ${schema}`}, 0))`.execute(tx);
    const applied = await appliedTo(tx, schema, history);
    checkHistory(schema, applied, migrations);
    const next = migrations[applied.length];
    if (next === undefined) return false;
    await next.up(tx.withSchema(schema) as Transaction<Tables>);
    await (tx.withSchema(schema) as Transaction<Log>)
      .insertInto(history)
      .values({ number: applied.length + 1, name: next.name, applied_at: new Date() })
      .execute();
    return true;
  });

/** Creates the schema if necessary. @returns the names of its applied migrations in order */
async function appliedTo(tx: Transaction<unknown>, schema: string, history: History): Promise<string[]> {
  await tx.schema.createSchema(schema).ifNotExists().execute();
  const own = tx.withSchema(schema) as Transaction<Log>;
  await own.schema
    .createTable(history)
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'timestamptz', (column) => column.notNull())
    .execute();
  const rows = await own.selectFrom(history).select('name').orderBy('number').execute();
  return rows.map(({ name }) => name);
}

function checkHistory(
  schema: string,
  applied: readonly string[],
  migrations: readonly { readonly name: string }[],
): void {
  const other = applied.find((name, index) => migrations[index]?.name !== name);
  if (other !== undefined)
    throw new ConfigError(
      `Schema "${schema}" has the migration "${other}", which this version does not have in that position: run the version that wrote it, or a newer one. If the service is a new one with the name of a removed service, this is the data of the old one: delete the folder of DATA_DIR, or run on a server: drop schema "${schema}" cascade`,
    );
}
