/** Why an attempt gave no answer; what the breaker counts, what may be repeated, and which problem it becomes. */
import { Readable } from 'node:stream';
import { Problem } from '../contract/problem.ts';
import { badGateway, serviceUnreachable, upstreamTimeout } from '../contract/problems.ts';
import type { Call } from './call.ts';

/** `unreachable`: nothing was sent. `broken`: it may have been worked on. `timeout`: likewise, or still is. */
export type FailureKind = 'unreachable' | 'broken' | 'timeout';

export class CallFailure extends Error {
  readonly call: Call;
  readonly kind: FailureKind;

  constructor(call: Call, kind: FailureKind, cause?: unknown) {
    super(kind, { cause });
    this.name = 'CallFailure';
    this.call = call;
    this.kind = kind;
  }
}

/** The caller left before there was an answer; says nothing of the target. */
export class CallAborted extends Error {
  constructor(cause?: unknown) {
    super('The call was given up by its caller.', { cause });
    this.name = 'CallAborted';
  }
}

/** So little time was left that it was not tried; says nothing of the target. */
export class OutOfTime extends Error {
  constructor() {
    super('There is not enough time left.');
    this.name = 'OutOfTime';
  }
}

/** What undici's error means for the call; `started` tells whether a byte was sent. */
export const classify = (call: Call, error: unknown, started: boolean): Error => {
  if (error instanceof CallAborted || error instanceof CallFailure || error instanceof Problem) return error;
  const { body } = call.request;
  // What the caller streams to us broke off: its fault, not the target's.
  if (body instanceof Readable && (body.errored ?? body.destroyed)) return new CallAborted(error);
  if ((error as { code?: string }).code === 'UND_ERR_INVALID_ARG') return error as Error;
  return new CallFailure(call, started ? 'broken' : 'unreachable', error);
};

/** How long to wait where nothing better is known. */
const RETRY_SOON = { 'Retry-After': '1' };

export const problemOf = (service: string, { kind, cause }: CallFailure): Problem => {
  switch (kind) {
    case 'unreachable':
      return new Problem(serviceUnreachable, `No connection to the service "${service}" could be made.`, {
        headers: RETRY_SOON,
        cause,
        extensions: { service },
      });
    case 'broken':
      return new Problem(badGateway, `The connection to the service "${service}" broke before it answered.`, {
        cause,
        extensions: { service },
      });
    case 'timeout':
      return new Problem(upstreamTimeout, `The service "${service}" did not answer in time.`, {
        cause,
        extensions: { service },
      });
  }
};
