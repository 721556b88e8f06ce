/** Why an attempt gave no response, and which problem it becomes. */
import { Readable } from 'node:stream';
import { Problem } from '../../contract/problem.ts';
import { badGateway, serviceUnreachable, upstreamTimeout } from '../../contract/problems.ts';
import type { AttemptResult, Outcome } from '../resilience/outcome.ts';
import { toOutcome } from './to-outcome.ts';
import type { FailureKind, OngoingCall, ResponseFault } from './types.ts';

interface FailureDetails {
  readonly cause?: unknown;
  /** Whether there was a connection. */
  readonly isConnected?: boolean;
  /** What is wrong with a response that is `invalid`. */
  readonly fault?: ResponseFault;
}

export class CallFailure extends Error implements AttemptResult<OngoingCall> {
  readonly outcome: Outcome;
  readonly call: OngoingCall;
  readonly kind: FailureKind;
  readonly isConnected: boolean;
  readonly fault: ResponseFault | undefined;

  constructor(call: OngoingCall, kind: FailureKind, { cause, isConnected, fault }: FailureDetails = {}) {
    super(kind, { cause });
    this.name = 'CallFailure';
    this.call = call;
    this.kind = kind;
    this.isConnected = isConnected ?? kind !== 'unreachable';
    this.fault = fault;
    this.outcome = toOutcome({ failure: kind, isConnected: this.isConnected, fault });
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
export class DeadlineExceeded extends Error {
  constructor() {
    super('There is not enough time left.');
    this.name = 'OutOfTime';
  }
}

/** How far an attempt had come. */
interface AttemptProgress {
  /** Whether a byte was sent. */
  readonly isStarted: boolean;
  /** Whether the head of the response had come. */
  readonly hasHead: boolean;
}

/** What undici's error means for the call. */
export const classify = (
  call: OngoingCall,
  error: unknown,
  { isStarted, hasHead }: AttemptProgress,
): Error => {
  if (error instanceof CallAborted || error instanceof CallFailure || error instanceof Problem) return error;
  const { body } = call.request;
  // What the caller streams to us broke off: its fault, not the target's.
  if (body instanceof Readable && (body.errored ?? body.destroyed)) return new CallAborted(error);
  const { code } = error as { code?: string };
  if (code === 'UND_ERR_INVALID_ARG') return error as Error;
  const fault = faultOf(error as Error, hasHead);
  if (fault !== undefined) return new CallFailure(call, 'invalid', { cause: error, fault });
  return new CallFailure(call, isStarted ? 'broken' : 'unreachable', { cause: error });
};

/** As llhttp says that the connection ended within a response, which is broken rather than invalid. */
const UNEXPECTED_END = '(Invalid EOF state)';
/** As undici says it: a response to nothing, or a switch of protocols that was not asked for. */
const UNSOLICITED = /^bad (?:response|upgrade)$/;

/** @returns undefined where nothing that was sent is at fault */
const faultOf = (
  { name, code, message }: Error & { readonly code?: string },
  hasHead: boolean,
): ResponseFault | undefined => {
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'head-too-large';
  const isUnreadable =
    (name === 'HTTPParserError' && !message.endsWith(UNEXPECTED_END)) ||
    // What undici says of any fault after a Content-Length.
    (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && !hasHead) ||
    code === 'ERR_ASSERTION' ||
    UNSOLICITED.test(message);
  return isUnreadable ? 'not-http' : undefined;
};

/** How long to wait where nothing better is known. */
const RETRY_SOON = { 'Retry-After': '1' };

/** What is wrong with a response, of the service that is named before. */
export const RESPONSE_FAULTS: Readonly<Record<ResponseFault, string>> = {
  'head-too-large': 'the head of the response is too large',
  'not-http': 'the response is not valid HTTP',
  status: 'the response has no valid status code',
  'transfer-coding': 'the response has a transfer coding that was not asked for',
};

export const problemOfFailure = (service: string, { kind, cause, fault }: CallFailure): Problem => {
  const more = { cause, extensions: { service } };
  switch (kind) {
    case 'unreachable':
      return new Problem(serviceUnreachable, `No connection to the service "${service}" could be made.`, {
        ...more,
        headers: RETRY_SOON,
      });
    case 'broken':
      return new Problem(
        badGateway,
        `The connection to the service "${service}" broke before it answered.`,
        more,
      );
    case 'timeout':
      return new Problem(upstreamTimeout, `The service "${service}" did not answer in time.`, more);
    case 'invalid':
      return new Problem(
        badGateway,
        `The response of the service "${service}" cannot be passed on: ${RESPONSE_FAULTS[fault ?? 'not-http']}.`,
        more,
      );
  }
};
