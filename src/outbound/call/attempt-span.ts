/** The span of an attempt, where somebody traces: what is called names it as its parent. */
import { firstValue, replaceValues } from '../../http/headers/raw-headers.ts';
import { type TraceSpan, tracer } from '../../observability/tracing.ts';
import type { Call } from './call.ts';

interface Traced {
  readonly span: TraceSpan;
  readonly headers: string[];
}

export function traced(service: string, { request, retries }: Call): Traced | undefined {
  if (tracer.current === undefined) return undefined;
  const headers = [...request.headers];
  const parent = firstValue(headers, 'traceparent');
  const span = tracer.current.call(service, request.method, parent, retries);
  if (parent === undefined) headers.push('traceparent', span.traceparent);
  else replaceValues(headers, 'traceparent', () => span.traceparent);
  return { span, headers };
}
