/**
 * The interface of tracing. The code that starts a process sets the tracer, all other code reads it. A hop without
 * tracing forwards the trace context unchanged.
 */

/** A request that is handled here, or an attempt to call an upstream. */
export interface TraceSpan {
  /** The trace context for calls that this span causes. */
  readonly traceparent: string;
  end(outcome: SpanOutcome): void;
}

export interface SpanOutcome {
  /** The id of the operation, once it is known. */
  readonly operationId?: string;
  readonly service?: string;
  /** Undefined where there was no response. */
  readonly status?: number | undefined;
  /** The reason for a missing response. */
  readonly reason?: string;
}

export interface Tracing {
  /** @param parent trace context of the request */
  serve(method: string, parent: string | undefined): TraceSpan;
  call(service: string, method: string, parent: string | undefined, retries: number): TraceSpan;
  /** Sends the buffered spans. */
  close(): Promise<void>;
}

/** The tracer of the process. */
export const tracer: { current: Tracing | undefined } = { current: undefined };
