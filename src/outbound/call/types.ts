/** The types that the files of a call share, so that these files need not import each other. */
import type { Readable } from 'node:stream';
import type { Caller } from '../../contract/caller.ts';
import type { CacheOutcome } from '../http-cache/statistics.ts';
import type { GuardedCall } from '../resilience/breaker.ts';
import type { RetriableCall } from '../resilience/retry-rules.ts';

/** Counts the calls for one inbound request, for its log line. */
export interface CallStats {
  attempts: number;
  /** State of the circuit breaker: `open` where it rejected a call; empty before the first call. */
  breaker: '' | 'closed' | 'open' | 'half-open';
  /** The service that the inbound request is routed to. */
  readonly service?: string;
  /** The instance that was called last, where the service has several. */
  instance?: string;
  /** How the cache handled the first call; empty without a cache. */
  cache: '' | CacheOutcome;
}

export interface OutboundRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value …; without `Host`, `Content-Length` of a buffer, and hop-by-hop headers. */
  readonly headers: readonly string[];
  /** A buffer can be sent again, a stream cannot. */
  readonly body?: Buffer | Readable | null | undefined;
  /** The operation in the contract of the target: selects the policy, and is part of failure reports. */
  readonly operationId?: string | undefined;
  /** `performance.now()` after which the response is of no use; undefined and Infinity are no deadline. */
  readonly deadline?: number | undefined;
  /** Called for each interim response (RFC 9110 §15.2), with its raw headers, up to a limit. */
  readonly onInterim?: ((status: number, rawHeaders: readonly string[]) => void) | undefined;
  /** Asks the target to switch protocols; a 101 becomes a response with a `connection`. Such a request has no body. */
  readonly upgrade?: 'websocket' | undefined;
  /** An opaque name of the client that caused the call: failures that one client provokes open no circuit for others. */
  readonly client?: string | undefined;
  /** Who sent the request: responses to one caller are never shared with another, whatever the headers say. */
  readonly caller?: Caller | undefined;
  /** Where the call is counted. */
  readonly stats?: CallStats | undefined;
}

/** A call to a target as its attempts, its failures and the policies around it see it. */
export interface OngoingCall extends GuardedCall, RetriableCall {
  readonly request: OutboundRequest;
  /** Ends an attempt: until the next one begins, the deadline of the call applies. */
  pause(): void;
  /** Turns an error into the Problem that the client gets. */
  toProblem(error: unknown): unknown;
}

/**
 * - `unreachable`: nothing was sent.
 * - `broken`: the service may have worked on the request.
 * - `timeout`: the service may have worked on the request, or still does.
 * - `invalid`: the service sent a response that cannot be passed on.
 */
export type FailureKind = 'unreachable' | 'broken' | 'timeout' | 'invalid';

/** Why a response cannot be passed on. */
export type ResponseFault = 'head-too-large' | 'not-http' | 'status' | 'transfer-coding' | 'handshake';
