/**
 * Where spans are made, if they are: whoever starts a process sets it, everybody else asks. A hop that is not traced
 * passes a trace on as it came.
 */

/** A request that is handled, or an attempt to have one handled elsewhere. */
export interface TraceSpan {
  /** What is caused by it names this as its parent. */
  readonly traceparent: string;
  end(outcome: SpanOutcome): void;
}

export interface SpanOutcome {
  /** Of what it is, once that is known: an operation's id. */
  readonly operationId?: string;
  readonly service?: string;
  /** Undefined where there was no answer. */
  readonly status?: number | undefined;
  /** Why there was none. */
  readonly reason?: string;
}

export interface Tracing {
  /** @param parent of whoever sent the request */
  serve(method: string, parent: string | undefined): TraceSpan;
  call(service: string, method: string, parent: string | undefined, retries: number): TraceSpan;
  /** Sends what is held. */
  close(): Promise<void>;
}

/** One a process. */
export const tracer: { current: Tracing | undefined } = { current: undefined };
