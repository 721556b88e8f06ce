/**
 * Transactions that cannot hang. The embedded database has one connection, so a query inside a transaction that does not
 * use it would wait forever; here it fails immediately with an explanation. On a server the same query would silently work
 * outside the transaction.
 *
 * Never wait for another service inside a transaction: in one process it may need the same connection.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { currentUnit } from './unit-of-work.ts';

const running = new AsyncLocalStorage<{ open: boolean }>();

/**
 * Runs `work` in a transaction that is rolled back when it throws. Inside another transaction it joins that one. Inside a
 * unit of work it is committed with the unit.
 */
export async function transaction<T, Result>(
  db: Kysely<T>,
  work: (tx: Transaction<T>) => Promise<Result>,
): Promise<Result> {
  if (db.isTransaction) return work(db as Transaction<T>);
  const unit = currentUnit();
  const scoped = async (tx: Transaction<T>): Promise<Result> => {
    const scope = { open: true };
    try {
      return await running.run(scope, () => work(tx));
    } finally {
      scope.open = false;
    }
  };
  return unit === undefined ? db.transaction().execute(scoped) : unit.join(db, scoped);
}

const isInside = (): boolean => running.getStore()?.open === true;

/** @throws Error for a query that needs another connection inside `transaction`, or after one in a unit of work */
export function refuseInsideTransaction(): void {
  if (isInside()) throw new Error('A query inside transaction() must use the given transaction');
  if (currentUnit()?.hasBegun)
    throw new Error(
      'A query after the first transaction() of a unit of work must go through transaction() too',
    );
}

/** @throws Error for a write in a unit of work that does not use `transaction` */
export function refuseLooseWrite(): void {
  if (currentUnit() !== undefined && !isInside())
    throw new Error('Writes within a request must go through transaction()');
}
