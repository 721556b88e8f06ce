/**
 * Exports spans with OpenTelemetry, as OTLP over HTTP. It is loaded only where a collector is configured, by the
 * standard variables: those of `settings.ts`, and those of the exporter (`OTEL_EXPORTER_OTLP_HEADERS`, …).
 */
import { setTimeout } from 'node:timers/promises';
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { SamplerName, Settings } from '../config/settings.ts';
import type { TraceSpan, Tracing } from './tracing.ts';

/** Milliseconds for which the end of a process waits for the collector. */
const SHUTDOWN_TIMEOUT = 2000;

/** @param name service name of the process, where the environment sets none */
export function exportTraces(settings: Settings, name: string): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': name }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(settings.OTEL_TRACES_SAMPLER, settings.OTEL_TRACES_SAMPLER_ARG),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const spans = provider.getTracer('linkway');
  return {
    serve: (method, parent) =>
      startSpan(spans, method, SpanKind.SERVER, parent, { 'http.request.method': method }),
    call: (service, method, parent, retries) =>
      startSpan(spans, `${method} ${service}`, SpanKind.CLIENT, parent, {
        'http.request.method': method,
        'peer.service': service,
        ...(retries > 0 && { 'http.request.resend_count': retries }),
      }),
    // Without a reachable collector, spans are lost and nothing else fails.
    close: () => Promise.race([provider.shutdown().catch(() => {}), setTimeout(SHUTDOWN_TIMEOUT)]),
  };
}

const startSpan = (
  spans: Tracer,
  name: string,
  kind: SpanKind,
  parent: string | undefined,
  attributes: Record<string, string | number>,
): TraceSpan => {
  const span = spans.startSpan(name, { kind, attributes }, parentContext(parent));
  return {
    traceparent: traceparentOf(span),
    end: ({ operationId, service, status, reason }) => {
      // Span names need low cardinality, so they never contain a path.
      if (operationId) span.updateName(operationId).setAttribute('linkway.operation', operationId);
      if (service) span.setAttribute('linkway.service', service);
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      const failsFrom = kind === SpanKind.CLIENT ? 400 : 500;
      const failure = reason ?? (status !== undefined && status >= failsFrom ? String(status) : undefined);
      if (failure !== undefined)
        span.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
};

const parentContext = (traceparent: string | undefined) => {
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags ?? '', 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};

const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString(16).padStart(2, '0')}`;
};

function samplerOf(name: SamplerName, ratio: number): Sampler {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('traceidratio')
      ? new TraceIdRatioBasedSampler(ratio)
      : new AlwaysOnSampler();
  return name.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root;
}
