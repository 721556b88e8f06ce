/** Types that the files of a call share, so that none of them has to import another for its types alone. */
import type { Readable } from 'node:stream';
import type { CacheOutcome } from '../http-cache/statistics.ts';
import type { GuardedCall } from '../resilience/breaker.ts';
import type { RetriableCall } from '../resilience/retry-rules.ts';

/** What the calls for one request come to, for the log. */
export interface CallStats {
  attempts: number;
  /** State of the circuit breaker: `open` where one kept a call back; empty before the first. */
  breaker: '' | 'closed' | 'open' | 'half-open';
  /** The service that the request is for. */
  readonly service?: string;
  /** Which of its instances was asked last, where it has several. */
  instance?: string;
  /** What the cache did for the first of them; empty where there is none. */
  cache: '' | CacheOutcome;
}

export interface OutboundRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value …; without `Host`, `Content-Length` of a buffer, and hop-by-hop headers. */
  readonly headers: readonly string[];
  /** A stream is sent once at most; a buffer can be repeated. */
  readonly body?: Buffer | Readable | null | undefined;
  /** Whose it is in the contract of the target: its policy holds, where it has one, and it is told with what failed. */
  readonly operationId?: string | undefined;
  /** `performance.now()` after which nobody waits for the answer; undefined and Infinity say nothing. */
  readonly deadline?: number | undefined;
  /** Called for each interim response (RFC 9110 §15.2), with its raw headers, up to a limit. */
  readonly onInterim?: ((status: number, rawHeaders: readonly string[]) => void) | undefined;
  /** Who caused it, as an opaque name: what one client provokes opens no circuit for others. */
  readonly client?: string | undefined;
  /** Whose calls it is counted among. */
  readonly stats?: CallStats | undefined;
}

/** A call to a target as its attempts, its failures and the policies around it see it. */
export interface OngoingCall extends GuardedCall, RetriableCall {
  readonly request: OutboundRequest;
  /** Ends an attempt: until the next one begins, the deadline of the call applies. */
  pause(): void;
  /** Turns an error into what the client is told. */
  toProblem(error: unknown): unknown;
}

/**
 * `unreachable`: nothing was sent. `broken`: it may have been worked on. `timeout`: likewise, or still is.
 * `invalid`: the service responded, and what it sent is not a response that can be passed on.
 */
export type FailureKind = 'unreachable' | 'broken' | 'timeout' | 'invalid';

/** What a service sent that cannot be passed on. */
export type ResponseFault = 'head-too-large' | 'not-http' | 'status' | 'transfer-coding';
