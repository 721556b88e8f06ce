/** Lists the operations of a service that have no handler yet. */
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import type { Operation } from '../contract/operation.ts';
import type { Service } from './service.ts';

/** Handlers are created with a database, but send no query before the first request. */
const noDatabase = (): Kysely<unknown> =>
  new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });

export function missingHandlers({ contract, handlers, linked }: Service): readonly Operation[] {
  const services = Object.fromEntries(Object.keys(linked).map((name) => [name, {}]));
  const existing = handlers({ db: noDatabase(), services });
  return contract.operations.filter(({ operationId }) => existing[operationId] === undefined);
}
