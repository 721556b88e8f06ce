/** A response that a client waits for, until it aborts or its deadline is over. Other clients may wait for the same fetch. */
import { Problem } from '../../contract/problem.ts';
import { upstreamTimeout } from '../../contract/problems.ts';
import { CallAborted } from '../call/call-errors.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';

export class PendingResponse {
  readonly response: Promise<UpstreamResponse>;
  /** Stops waiting for the current fetch. */
  release: (() => void) | undefined;
  readonly #settle = Promise.withResolvers<UpstreamResponse>();
  readonly #service: string;
  #isAborted = false;

  constructor(service: string) {
    this.#service = service;
    this.response = this.#settle.promise;
  }

  get isAborted(): boolean {
    return this.#isAborted;
  }

  settleWith(work: Promise<UpstreamResponse>): this {
    work.then((response) => {
      if (this.#isAborted) response.abort(new CallAborted());
      else this.#settle.resolve(response);
    }, this.#settle.reject);
    return this;
  }

  /** Waits for a fetch that another client began, but not longer than to the own deadline. */
  async withDeadline<T>(work: Promise<T>, deadline = Number.POSITIVE_INFINITY): Promise<T> {
    if (!Number.isFinite(deadline)) return work;
    const expired = Promise.withResolvers<never>();
    const remaining = Math.max(0, Math.ceil(deadline - performance.now()));
    const timer = setTimeout(() => {
      const detail = `The service "${this.#service}" did not respond in time.`;
      expired.reject(new Problem(upstreamTimeout, detail, { extensions: { service: this.#service } }));
    }, remaining);
    try {
      return await Promise.race([work, expired.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  readonly abort = (): void => {
    this.#isAborted = true;
    this.release?.();
    this.#settle.reject(new CallAborted());
  };
}
