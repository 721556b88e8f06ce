/**
 * A bulkhead of cockatiel with a queue that calls can leave. cockatiel keeps aborted calls in its own queue until their
 * turn comes, so the waiting calls are counted here.
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

  /** Whether more than half of the slots are taken. */
  get isBusy(): boolean {
    return this.#bulkhead.executionSlots < this.#policy.concurrent / 2;
  }

  /** How many calls wait for a slot. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Rejects with a BulkheadRejectedError when the queue is full. */
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

  removeFromQueue(call: object): void {
    this.#queue.delete(call);
  }
}
