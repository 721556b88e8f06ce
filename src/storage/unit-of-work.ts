/**
 * A unit of work: whatever is written while a request is handled is kept together, or not at all. The first
 * `transaction()` begins it, later ones join it, and it is committed when the work has ended well, which is when
 * the answer is known. So nothing is half done, and what is noted of an answer is kept with what it tells of.
 *
 * The embedded database has one connection, and a unit that has begun holds it: what comes after the first
 * write goes through a transaction too, and waits for no other service.
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
    // Outside of the unit: inside, a connection is refused to whoever asks for another.
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

/** The unit that the caller works in. */
export const currentUnit = (): UnitOfWork | undefined => current.getStore();

/** Runs `work`; keeps all that it wrote, or, when it throws, none of it. */
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
