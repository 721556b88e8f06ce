/** Logs why credentials were refused, with the exact reasons, but without the credentials and never without limit. */
import type { Logger } from 'pino';
import type { Authentication } from '../../security/authentication.ts';
import type { Exchange } from '../exchange.ts';

/** Lines a minute: anyone can cause them. */
const MAX_LINES = 60;
const MINUTE = 60_000;

export class RefusalLog {
  readonly #logger: Pick<Logger, 'info'>;
  #minute = 0;
  #lines = 0;
  #omitted = 0;

  constructor(logger: Pick<Logger, 'info'>) {
    this.#logger = logger;
  }

  write(
    { operation, context }: Exchange,
    code: string,
    { caller, faults }: Authentication,
    isObserved: boolean,
  ): void {
    if (!this.#admits()) return;
    const reasons = [...faults].map(([scheme, fault]) => ({
      scheme,
      reason: 'rejected' in fault ? fault.reason : fault.unavailable,
    }));
    const { service, operationId } = operation;
    const { requestId } = context;
    const subject = caller?.subject;
    this.#logger.info(
      { service, operationId, requestId, code, ...(subject !== undefined && { subject }), reasons },
      isObserved
        ? 'a request would be refused with `enforce: on`'
        : 'a request was refused for its credentials',
    );
  }

  #admits(): boolean {
    const minute = Math.floor(performance.now() / MINUTE);
    if (minute !== this.#minute) {
      if (this.#omitted > 0)
        this.#logger.info({ omitted: this.#omitted }, 'more requests were refused for their credentials');
      this.#minute = minute;
      this.#lines = 0;
      this.#omitted = 0;
    }
    if (this.#lines < MAX_LINES) {
      this.#lines += 1;
      return true;
    }
    this.#omitted += 1;
    return false;
  }
}
