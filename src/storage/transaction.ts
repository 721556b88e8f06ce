/**
 * Transactions that cannot hang. The embedded database has one connection, so a query that is awaited inside a
 * transaction but does not go through it would wait for ever; here it fails at once and says why. On a server
 * the same query would silently see and leave other data.
 *
 * Never wait for another service inside a transaction: in one process it may need the same connection.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';

const running = new AsyncLocalStorage<{ open: boolean }>();

/** Runs `work` in a transaction: all of it is kept, or, when it throws, none. Inside another it joins that. */
export async function transaction<T, Result>(
  db: Kysely<T>,
  work: (tx: Transaction<T>) => Promise<Result>,
): Promise<Result> {
  if (db.isTransaction) return work(db as Transaction<T>);
  return db.transaction().execute(async (tx) => {
    const scope = { open: true };
    try {
      return await running.run(scope, () => work(tx));
    } finally {
      scope.open = false;
    }
  });
}

/** @throws Error when the caller is inside `transaction` and asks for a connection beside it */
export function refuseInsideTransaction(): void {
  if (running.getStore()?.open)
    throw new Error('A query inside transaction() must go through the transaction that it was given');
}
