/**
 * A unit of work: all writes of a request are committed together, or none of them. The first `transaction()` begins the
 * database transaction, later ones join it, and it is committed when the response is known. The record of a response is
 * therefore committed together with its changes.
 *
 * The embedded database has one connection, which the unit keeps after its first write. Later queries must therefore use
 * `transaction()` too, and must not wait for other services.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ControlledTransaction, Kysely, Transaction } from 'kysely';

export class UnitOfWork {
  #begun: Promise<ControlledTransaction<unknown>> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** Whether it holds a connection. */
  get hasBegun(): boolean {
    return this.#begun !== undefined;
  }

  async join<T, Result>(db: Kysely<T>, work: (tx: Transaction<T>) => Promise<Result>): Promise<Result> {
    // Outside the unit, because inside it every further connection is rejected.
    this.#begun ??= current.exit(() => db.startTransaction().execute()) as Promise<
      ControlledTransaction<unknown>
    >;
    const tx = await this.#begun;
    try {
      return await work(tx as unknown as Transaction<T>);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async commit(): Promise<void> {
    if (this.#failure !== undefined)
      throw new Error('A transaction failed and the work went on', { cause: this.#failure.error });
    await (await this.#begun)?.commit().execute();
  }

  async rollback(): Promise<void> {
    const tx = await this.#begun?.catch(() => undefined);
    if (tx !== undefined && !tx.isCommitted && !tx.isRolledBack) await tx.rollback().execute();
  }
}

const current = new AsyncLocalStorage<UnitOfWork>();

/** The current unit of work. */
export const currentUnit = (): UnitOfWork | undefined => current.getStore();

/** Runs `work` and commits its writes, or rolls them back when it throws. */
export async function unitOfWork<Result>(work: () => Promise<Result>): Promise<Result> {
  const unit = new UnitOfWork();
  try {
    const result = await current.run(unit, work);
    await unit.commit();
    return result;
  } catch (error) {
    await unit.rollback();
    throw error;
  }
}
