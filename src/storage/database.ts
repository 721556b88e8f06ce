/**
 * Opens the database: PostgreSQL through Kysely, on a server or embedded, with one schema for each service.
 *
 * All services of a process share a database. A service sees the tables of another only if it names its schema.
 */
import { Kysely, type KyselyPlugin, PostgresDialect } from 'kysely';
import { ConfigError } from '../config/config-error.ts';
import { embeddedInFolder, embeddedInMemory, type OpenPool } from './embedded.ts';
import { idempotencyKeysMigration, idempotencySubjectsMigration } from './idempotency-keys.ts';
import { type Migration, migrate } from './migrate.ts';
import { openServer } from './server.ts';
import { refuseInsideTransaction, refuseLooseWrite } from './transaction.ts';

export interface DatabaseOptions {
  /** URL of a server; overrides `dataDir`. */
  readonly url?: string | undefined;
  /** Folder of the embedded database; without it the data is in memory and lost at the end of the process. */
  readonly dataDir?: string | undefined;
  /** A dumped cluster that an embedded database in memory starts from. */
  readonly dump?: Blob | undefined;
}

export interface Database {
  /** Migrates the schema of a service and opens it. */
  schema<Tables>(name: string, migrations: readonly Migration<Tables>[]): Promise<Kysely<Tables>>;
  /** Rejects while nothing can be written, though what is there may be read. */
  checkWritable(): Promise<unknown>;
  close(): Promise<void>;
}

/** @throws ConfigError in one line when the server or the folder cannot be used */
export async function openDatabase({ url, dataDir, dump }: DatabaseOptions = {}): Promise<Database> {
  const open = await (url ? openServer(url) : dataDir ? embeddedInFolder(dataDir) : embeddedInMemory(dump));
  const root = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: guarded(open) }),
    plugins: [writesInUnit],
  });
  let closed: Promise<void> | undefined;
  return {
    async schema<Tables>(name: string, migrations: readonly Migration<Tables>[]) {
      if (!/^[a-z][a-z0-9_]*$/.test(name))
        throw new ConfigError(`"${name}" is not a valid schema name: use a-z, 0-9 and _`);
      await migrate(root, { schema: name, migrations: libraryMigrations, history: 'library_migrations' });
      await migrate(root, { schema: name, migrations });
      return root.withSchema(name) as Kysely<Tables>;
    },
    checkWritable: () => open.checkWritable(),
    close() {
      closed ??= closeDatabase(root, open);
      return closed;
    },
  };
}

/** The pool for Kysely. It rejects queries that bypass the current transaction. */
const guarded = ({ pool }: OpenPool) => ({
  options: pool.options,
  end: async () => {},
  connect: async () => {
    refuseInsideTransaction();
    return pool.connect();
  },
});

const WRITES: ReadonlySet<string> = new Set(['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode']);

/** Tables of the library in every schema. */
const libraryMigrations = [idempotencyKeysMigration, idempotencySubjectsMigration];

/** A write outside the unit of work would remain after a rollback. */
const writesInUnit: KyselyPlugin = {
  transformQuery({ node }) {
    if (WRITES.has(node.kind)) refuseLooseWrite();
    return node;
  },
  transformResult: async ({ result }) => result,
};

/** Kysely ends a pool only if it has used it, so the pool is ended here. */
async function closeDatabase(root: Kysely<unknown>, { pool, release }: OpenPool): Promise<void> {
  await root.destroy();
  await pool.end();
  await release();
}
