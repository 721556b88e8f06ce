/**
 * What every step of a request knows of it, whichever hop it is on: its ids, when it began, and the labels
 * that the log and the metrics carry.
 */
import type { IncomingMessage } from 'node:http';
import type { TraceSpan } from '../observability/tracing.ts';
import type { Compression } from './body/compression.ts';

export class RequestContext {
  /** `X-Request-Id`: the caller's own when it is sane. */
  readonly requestId: string;
  /** W3C trace context, passed on to whatever is called. */
  readonly traceparent: string;
  /** Whether the caller began the trace. */
  readonly continuesTrace: boolean;
  /** Where somebody traces. */
  readonly span: TraceSpan | undefined;
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number = performance.now();
  /** `performance.now()` after which nobody waits for the answer. */
  deadline: number = Number.POSITIVE_INFINITY;
  /** Who answers, once it is known. */
  service = '';
  operationId = '';
  /** To have it answered elsewhere. */
  attempts = 0;
  /** What the circuit breakers said to that; empty where none was asked. */
  breaker: '' | 'closed' | 'open' | 'half-open' = '';
  /** Which instance of the service was asked last, where it has several. */
  instance = '';
  /** Whether somebody asked how things are, and they work: nothing that has to be written down. */
  isProbe = false;
  /** What the cache did for it; empty where there is none. */
  cache: '' | 'hit' | 'miss' | 'stale' | 'revalidated' | 'shared' = '';
  /** Which client it comes from, where somebody asks: see `clientOf`. */
  client: string | undefined;
  /** Which responses are compressed; undefined where none are. */
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

/** Undefined only before `identify` ran. */
export const findContext = (req: IncomingMessage): RequestContext | undefined =>
  (req as WithContext)[CONTEXT];

export const contextOf = (req: IncomingMessage): RequestContext => {
  const context = findContext(req);
  if (!context) throw new Error('identify() has to come before whatever needs the request context');
  return context;
};
