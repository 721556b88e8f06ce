/** Somebody who waits for an answer that others may wait for too, until it leaves, or has no time any more. */
import { Problem } from '../../contract/problem.ts';
import { upstreamTimeout } from '../../contract/problems.ts';
import { CallAborted } from '../call/call-errors.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';

export class PendingResponse {
  readonly response: Promise<UpstreamResponse>;
  /** Lets go of what it waits for. */
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

  /** Takes what comes of it. */
  settleWith(work: Promise<UpstreamResponse>): this {
    work.then((answer) => {
      if (this.#isAborted) answer.abort(new CallAborted());
      else this.#settle.resolve(answer);
    }, this.#settle.reject);
    return this;
  }

  /** Waits for what somebody else asked for, no longer than it has time. */
  async withDeadline<T>(work: Promise<T>, deadline = Number.POSITIVE_INFINITY): Promise<T> {
    if (!Number.isFinite(deadline)) return work;
    const expired = Promise.withResolvers<never>();
    const left = Math.max(0, Math.ceil(deadline - performance.now()));
    const timer = setTimeout(() => {
      const detail = `The service "${this.#service}" did not answer in time.`;
      expired.reject(new Problem(upstreamTimeout, detail, { extensions: { service: this.#service } }));
    }, left);
    try {
      return await Promise.race([work, expired.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives up what has not arrived yet. */
  readonly abort = (): void => {
    this.#isAborted = true;
    this.release?.();
    this.#settle.reject(new CallAborted());
  };
}
