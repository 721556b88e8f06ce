/** Traces where a collector is named by the environment; without one, nothing of it is loaded. */
import type { Settings } from '../config/settings.ts';
import { tracer } from './tracing.ts';

/** @param name of the process, where the environment has none */
export async function startTracing(settings: Settings, name: string): Promise<void> {
  const { OTEL_SDK_DISABLED: isDisabled, OTEL_EXPORTER_OTLP_ENDPOINT: all } = settings;
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = settings;
  if (isDisabled || (all === undefined && own === undefined)) return;
  const { exportTraces } = await import('./trace-export.ts');
  tracer.current = exportTraces(settings, name);
}
