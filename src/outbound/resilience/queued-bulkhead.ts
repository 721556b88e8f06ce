/**
 * A bulkhead (cockatiel's), and those who wait for their turn in it. cockatiel keeps one in its queue that has left
 * until its turn comes, so who still waits is counted here.
 */
import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import type { Policy } from '../../config/policies/policy.ts';

export class QueuedBulkhead {
  readonly #policy: Policy['bulkhead'];
  readonly #bulkhead: ReturnType<typeof bulkhead>;
  readonly #queue = new Set<object>();

  constructor(policy: Policy['bulkhead']) {
    this.#policy = policy;
    this.#bulkhead = bulkhead(policy.concurrent, Number.POSITIVE_INFINITY);
  }

  get isFree(): boolean {
    return this.#bulkhead.executionSlots > 0;
  }

  /** Whether more than half of them are taken. */
  get isBusy(): boolean {
    return this.#bulkhead.executionSlots < this.#policy.concurrent / 2;
  }

  /** Calls that wait for their turn. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Rejects with a BulkheadRejectedError where too many wait already. */
  execute<T>(call: object, attempt: () => Promise<T>): Promise<T> {
    if (this.isFree) return this.#bulkhead.execute(attempt);
    const { concurrent, queued } = this.#policy;
    if (this.#queue.size >= queued) return Promise.reject(new BulkheadRejectedError(concurrent, queued));
    this.#queue.add(call);
    return this.#bulkhead.execute(() => {
      this.#queue.delete(call);
      return attempt();
    });
  }

  /** It waits no longer. */
  removeFromQueue(call: object): void {
    this.#queue.delete(call);
  }
}
