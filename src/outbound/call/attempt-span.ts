/** The span of an attempt where tracing is on, and the `traceparent` header by which the service continues it. */
import { firstValue, replaceValues } from '../../http/headers/raw-headers.ts';
import { type TraceSpan, tracer } from '../../observability/tracing.ts';
import type { Call } from './call.ts';

interface TracedAttempt {
  readonly span: TraceSpan;
  readonly headers: string[];
}

export function traceAttempt(service: string, { request, retries }: Call): TracedAttempt | undefined {
  if (tracer.current === undefined) return undefined;
  const headers = [...request.headers];
  const parent = firstValue(headers, 'traceparent');
  const span = tracer.current.call(service, request.method, parent, retries);
  if (parent === undefined) headers.push('traceparent', span.traceparent);
  else replaceValues(headers, 'traceparent', () => span.traceparent);
  return { span, headers };
}
