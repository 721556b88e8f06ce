/** The errors of attempts without a usable response, and the problems that they become. */
import { Readable } from 'node:stream';
import { Problem } from '../../contract/problem.ts';
import { badGateway, serviceUnreachable, upstreamTimeout } from '../../contract/problems.ts';
import { isTlsFailure } from '../../http/problems/cause.ts';
import type { AttemptResult, Outcome } from '../resilience/outcome.ts';
import { toOutcome } from './to-outcome.ts';
import type { FailureKind, OngoingCall, ResponseFault } from './types.ts';

interface FailureDetails {
  readonly cause?: unknown;
  readonly isConnected?: boolean;
  /** Set for failures of the kind `invalid`. */
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

/** The client left before there was a response; says nothing about the target. */
export class CallAborted extends Error {
  constructor(cause?: unknown) {
    super('The client aborted the call.', { cause });
    this.name = 'CallAborted';
  }
}

/** So little time remained that no attempt was made; says nothing about the target. */
export class DeadlineExceeded extends Error {
  constructor() {
    super('The remaining time is too short for an attempt.');
    this.name = 'DeadlineExceeded';
  }
}

interface AttemptProgress {
  /** Whether bytes of the request may have been sent. */
  readonly isStarted: boolean;
  /** Whether the head of the response had arrived. */
  readonly hasHead: boolean;
}

/** Turns an error of undici into an error of the call. */
export const classify = (
  call: OngoingCall,
  error: unknown,
  { isStarted, hasHead }: AttemptProgress,
): Error => {
  if (error instanceof CallAborted || error instanceof CallFailure || error instanceof Problem) return error;
  const { body } = call.request;
  // The upload of the client broke: this is no failure of the target.
  if (body instanceof Readable && (body.errored ?? body.destroyed)) return new CallAborted(error);
  const { code } = error as { code?: string };
  if (code === 'UND_ERR_INVALID_ARG') return error as Error;
  const fault = faultOf(error as Error, hasHead);
  if (fault !== undefined) return new CallFailure(call, 'invalid', { cause: error, fault });
  return new CallFailure(call, isStarted ? 'broken' : 'unreachable', { cause: error });
};

/** How a message of llhttp ends when the connection closed within a response, which is broken and not invalid. */
const UNEXPECTED_END = '(Invalid EOF state)';
/** The messages of undici for a response without a request, and for a switch of protocols without `Upgrade`. */
const UNSOLICITED = /^bad (?:response|upgrade)$/;

/** @returns undefined where the response is not at fault */
const faultOf = (
  { name, code, message }: Error & { readonly code?: string },
  hasHead: boolean,
): ResponseFault | undefined => {
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'head-too-large';
  const isUnreadable =
    (name === 'HTTPParserError' && !message.endsWith(UNEXPECTED_END)) ||
    // The code of undici for any fault after a Content-Length.
    (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && !hasHead) ||
    code === 'ERR_ASSERTION' ||
    UNSOLICITED.test(message);
  return isUnreadable ? 'not-http' : undefined;
};

/** The cause itself is in the log: it may say more than clients should know. */
const unreachableDetail = (service: string, cause: unknown): string =>
  isTlsFailure(cause)
    ? `No TLS connection to the service "${service}" could be made. The log of the gateway has the cause.`
    : `No connection to the service "${service}" could be made.`;

/** For failures without a known duration. */
const RETRY_SOON = { 'Retry-After': '1' };

export const RESPONSE_FAULTS: Readonly<Record<ResponseFault, string>> = {
  'head-too-large': 'the head of the response is too large',
  'not-http': 'the response is not valid HTTP',
  status: 'the response has no valid status code',
  'transfer-coding': 'the response has an unsupported transfer coding',
  handshake: 'the response switches protocols without a valid WebSocket handshake',
};

export const problemOfFailure = (service: string, { kind, cause, fault }: CallFailure): Problem => {
  const options = { cause, extensions: { service } };
  switch (kind) {
    case 'unreachable':
      return new Problem(serviceUnreachable, unreachableDetail(service, cause), {
        ...options,
        headers: RETRY_SOON,
      });
    case 'broken':
      return new Problem(
        badGateway,
        `The connection to the service "${service}" broke before it responded.`,
        options,
      );
    case 'timeout':
      return new Problem(upstreamTimeout, `The service "${service}" did not respond in time.`, options);
    case 'invalid':
      return new Problem(
        badGateway,
        `The response of the service "${service}" cannot be passed on: ${RESPONSE_FAULTS[fault ?? 'not-http']}.`,
        options,
      );
  }
};
