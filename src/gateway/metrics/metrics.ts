/**
 * The metrics of a gateway in the Prometheus text format. Existing counters are read on each scrape; a request costs one
 * observation. Documents and configuration bound the labels: services, instances, operations, status classes.
 */
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { AccessRecord } from '../../http/access-log.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';
import { type GatewaySources, gatewayMetrics } from './gateway-metrics.ts';
import { register } from './metric.ts';
import { serviceMetrics } from './service-metrics.ts';

export interface MetricsSources extends GatewaySources {
  readonly services: () => readonly ServiceSnapshot[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Metrics {
  readonly #registry = new Registry();
  readonly #duration: Histogram<'service' | 'operation' | 'status'>;

  #pendingText: Promise<string> | undefined;

  constructor({ services, ...gateway }: MetricsSources) {
    collectDefaultMetrics({ register: this.#registry });
    this.#duration = new Histogram({
      registers: [this.#registry],
      buckets: SECONDS,
      labelNames: ['service', 'operation', 'status'],
      name: 'linkway_request_duration_seconds',
      help: 'Time from the first byte of a request to the last byte of its response, except for event streams.',
    });
    for (const metric of [...gatewayMetrics(gateway), ...serviceMetrics(services)])
      register(metric, this.#registry);
  }

  /** Observes a finished request. Event streams are ignored: their duration does not depend on the service. */
  readonly observe = ({ context, status, milliseconds, isStream }: AccessRecord): void => {
    if (isStream) return;
    const { service, operationId: operation } = context;
    this.#duration.observe(
      { service, operation, status: `${Math.floor(status / 100)}xx` },
      milliseconds / 1000,
    );
  };

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Creates the text once for all requests in one turn of the event loop: there may be thousands. */
  text(): Promise<string> {
    if (this.#pendingText === undefined) {
      this.#pendingText = this.#registry.metrics();
      setImmediate(() => {
        this.#pendingText = undefined;
      });
    }
    return this.#pendingText;
  }
}
