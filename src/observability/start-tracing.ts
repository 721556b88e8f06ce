/** Starts tracing where the environment names a collector. Otherwise the tracing packages are not loaded. */
import type { Settings } from '../config/settings.ts';
import { tracer } from './tracing.ts';

/** @param name service name of the process, where the environment sets none */
export async function startTracing(settings: Settings, name: string): Promise<void> {
  const { OTEL_SDK_DISABLED: isDisabled, OTEL_EXPORTER_OTLP_ENDPOINT: all } = settings;
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = settings;
  if (isDisabled || (all === undefined && own === undefined)) return;
  const { exportTraces } = await import('./trace-export.ts');
  tracer.current = exportTraces(settings, name);
}
