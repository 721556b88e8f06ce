/** The span of an attempt, where somebody traces: what is called names it as its parent. */
import { type TraceSpan, tracer } from '../../observability/tracing.ts';
import type { Call } from './call.ts';

interface TracedAttempt {
  readonly span: TraceSpan;
  readonly headers: string[];
}

export function traceAttempt(service: string, { request, retries }: Call): TracedAttempt | undefined {
  if (tracer.current === undefined) return undefined;
  const headers = [...request.headers];
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'traceparent');
  const span = tracer.current.call(service, request.method, at < 0 ? undefined : headers[at + 1], retries);
  if (at < 0) headers.push('traceparent', span.traceparent);
  else headers[at + 1] = span.traceparent;
  return { span, headers };
}
