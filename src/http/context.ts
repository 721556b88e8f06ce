/**
 * What the steps of a request share on any hop: its ids, its start time, and the labels of the log and the metrics.
 */
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../contract/caller.ts';
import type { TraceSpan } from '../observability/tracing.ts';
import type { Compression } from './body/compression.ts';

export class RequestContext {
  /** `X-Request-Id`, as the client sent it where it is safe to log. */
  readonly requestId: string;
  /** W3C trace context, which is sent with calls to upstreams. */
  readonly traceparent: string;
  /** Whether the client started the trace. */
  readonly continuesTrace: boolean;
  /** Undefined where tracing is off. */
  readonly span: TraceSpan | undefined;
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number = performance.now();
  /** `performance.now()` after which the client no longer waits for the response. */
  deadline: number = Number.POSITIVE_INFINITY;
  /** The service that handles the request, once it is known. */
  service = '';
  operationId = '';
  /** Number of calls to upstreams, retries included. */
  attempts = 0;
  /** The state of the circuit breaker at the last call; empty where no breaker was consulted. */
  breaker: '' | 'closed' | 'open' | 'half-open' = '';
  /** The instance of the last call, where a service has several. */
  instance = '';
  /** Whether this is a successful health check, which is not logged. */
  isProbe = false;
  /** The result of the cache lookup; empty where there is no cache. */
  cache: '' | 'hit' | 'miss' | 'stale' | 'revalidated' | 'shared' = '';
  /** The client that sent the request, where it is tracked; see `clientOf`. */
  client: string | undefined;
  /** Who sends the request, once its credentials are verified; undefined for anonymous requests. */
  caller: Caller | undefined;
  /** The fields of the response about rate limits, as raw headers; undefined where no limit counts the request. */
  rateLimits: { fields(): readonly string[] } | undefined;
  /** What the credentials of the request prove, or the promise of it; see `Authenticator`. */
  authentication: object | undefined;
  /** Decides which responses are compressed; undefined where none are. */
  compression: Compression | undefined;

  constructor(requestId: string, traceparent: string, continuesTrace: boolean, span?: TraceSpan) {
    this.requestId = requestId;
    this.traceparent = traceparent;
    this.continuesTrace = continuesTrace;
    this.span = span;
  }

  get traceId(): string {
    return this.traceparent.slice(3, 35);
  }
}

const CONTEXT = Symbol('request context');

interface WithContext extends IncomingMessage {
  [CONTEXT]?: RequestContext;
}

export const setContext = (req: IncomingMessage, context: RequestContext): void => {
  (req as WithContext)[CONTEXT] = context;
};

/** Returns undefined only before `identify` has run. */
export const findContext = (req: IncomingMessage): RequestContext | undefined =>
  (req as WithContext)[CONTEXT];

export const contextOf = (req: IncomingMessage): RequestContext => {
  const context = findContext(req);
  if (!context) throw new Error('identify() has to run before steps that need the request context');
  return context;
};
