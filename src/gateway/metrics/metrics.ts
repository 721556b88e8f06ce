/**
 * The metrics of a gateway in the Prometheus text format. Existing counters are read on each scrape; a request costs one
 * observation. Documents and configuration bound the labels: services, instances, operations, status classes.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AccessRecord } from '../../http/access-log.ts';
import type { TlsStatus } from '../../http/server/tls/server-certificate.ts';
import type { CacheSnapshot } from '../../outbound/http-cache/cache.ts';
import type { MirrorSnapshot } from '../../outbound/mirror.ts';
import {
  breakerForMostClients,
  INSTANCE_STATES,
  instanceStateForMostClients,
} from '../../outbound/target-snapshot.ts';
import type { OperationDrift } from '../conformance/conformance-stats.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';
import type { RateLimitsSnapshot } from '../rate-limits/rate-limiter.ts';

export interface MetricsSources {
  readonly inFlight: () => number;
  readonly services: () => readonly ServiceSnapshot[];
  /** Undefined if no rate limits are configured. */
  readonly rateLimits?: () => RateLimitsSnapshot | undefined;
  /** The state of the certificate, if the gateway serves HTTPS. */
  readonly tls?: () => TlsStatus | undefined;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Cache outcomes, by the names of their counters. */
const OUTCOMES = ['hits', 'misses', 'stale', 'revalidated', 'shared'] as const;
/** Reasons of refusals, by the names of their counters. */
const REFUSALS = ['unauthenticated', 'forbidden', 'unverifiable'] as const;
const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;

type ServiceMetric = readonly [name: string, help: string, of: (service: ServiceSnapshot) => number];
type OperationMetric = readonly [name: string, help: string, of: (operation: OperationDrift) => number];

const SERVICE_COUNTERS: readonly ServiceMetric[] = [
  ['upstream_calls_total', 'Calls to a service.', ({ requests }) => requests],
  [
    'upstream_failures_total',
    'Attempts without a response, with an incomplete response or with a 5xx status.',
    ({ failures }) => failures,
  ],
  ['upstream_retries_total', 'Attempts after the first.', ({ retries }) => retries],
  [
    'dropped_links_total',
    'Links omitted from responses because no route serves them.',
    ({ droppedLinks }) => droppedLinks,
  ],
];
const SERVICE_GAUGES: readonly ServiceMetric[] = [
  ['upstream_in_flight', 'Attempts that wait for a response or for its end.', ({ inFlight }) => inFlight],
  ['upstream_queued', 'Calls that wait in the queue.', ({ queued }) => queued],
];
const CONFORMANCE_COUNTERS: readonly OperationMetric[] = [
  ['responses_checked_total', 'Responses checked against the contract.', ({ checked }) => checked],
  ['responses_drifted_total', 'Responses that did not match the contract.', ({ drifted }) => drifted],
  ['responses_unverified_total', 'Responses that could not be checked.', ({ unverified }) => unverified],
];

const MIRROR_COUNTERS: readonly (readonly [
  name: string,
  help: string,
  of: (mirror: MirrorSnapshot) => number,
])[] = [
  ['mirror_calls_total', 'Copies of calls to a service.', ({ requests }) => requests],
  ['mirror_failures_total', 'Copies without a response or with a 5xx status.', ({ failures }) => failures],
  [
    'mirror_skipped_total',
    'Calls that were not copied, because of their body or too many copies.',
    ({ skipped }) => skipped,
  ],
];

const CACHE_GAUGES: readonly (readonly [
  name: string,
  help: string,
  of: (cache: CacheSnapshot) => number | undefined,
])[] = [
  ['cache_entries', 'Cached responses.', ({ entries }) => entries],
  ['cache_bytes', 'Memory that cached responses use.', ({ bytes }) => bytes],
];

export class Metrics {
  readonly #registry = new Registry();
  readonly #duration: Histogram<'service' | 'operation' | 'status'>;

  #pendingText: Promise<string> | undefined;

  constructor({ inFlight, services, rateLimits = () => undefined, tls = () => undefined }: MetricsSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#duration = new Histogram({
      registers,
      buckets: SECONDS,
      labelNames: ['service', 'operation', 'status'],
      name: 'linkway_request_duration_seconds',
      help: 'Time from the first byte of a request to the last byte of its response, except for event streams.',
    });
    new Gauge({
      registers,
      name: 'linkway_requests_in_flight',
      help: 'Requests that are in progress.',
      collect() {
        this.set(inFlight());
      },
    });
    new Gauge({
      registers,
      name: 'linkway_tls_certificate_days_left',
      labelNames: ['subject'],
      help: 'Whole days until the certificate of the gateway expires.',
      collect() {
        this.reset();
        const certificate = tls();
        if (certificate) this.set({ subject: certificate.subject }, certificate.daysLeft);
      },
    });
    new Gauge({
      registers,
      name: 'linkway_tls_certificate_refused',
      help: '1 while newer certificate files are refused, and the previous certificate stays in use.',
      collect() {
        this.set(tls()?.refused ? 1 : 0);
      },
    });
    new Counter({
      registers,
      name: 'linkway_tls_handshake_failures_total',
      labelNames: ['cause'],
      help: 'TLS handshakes with clients that failed.',
      collect() {
        this.reset();
        for (const { cause, count } of tls()?.failedHandshakes ?? []) this.inc({ cause }, count);
      },
    });
    for (const [name, help, of] of SERVICE_COUNTERS)
      new Counter({
        registers,
        help,
        name: `linkway_${name}`,
        labelNames: ['service'],
        collect() {
          this.reset();
          for (const service of services()) this.inc({ service: service.name }, of(service));
        },
      });
    for (const [name, help, of] of SERVICE_GAUGES)
      new Gauge({
        registers,
        help,
        name: `linkway_${name}`,
        labelNames: ['service'],
        collect() {
          this.reset();
          for (const service of services()) this.set({ service: service.name }, of(service));
        },
      });
    for (const [name, help, of] of CONFORMANCE_COUNTERS)
      new Counter({
        registers,
        help,
        name: `linkway_${name}`,
        labelNames: ['service', 'operation'],
        collect() {
          this.reset();
          for (const { name: service, drift } of services())
            for (const one of drift?.operations ?? [])
              this.inc({ service, operation: one.operationId }, of(one));
        },
      });
    new Counter({
      registers,
      name: 'linkway_refusals_total',
      labelNames: ['service', 'operation', 'reason'],
      help: 'Requests that were refused for their credentials, or would be with `enforce: on`.',
      collect() {
        this.reset();
        for (const { name: service, refusals = [] } of services())
          for (const { operationId: operation, ...counts } of refusals)
            for (const reason of REFUSALS) this.inc({ service, operation, reason }, counts[reason]);
      },
    });
    new Counter({
      registers,
      name: 'linkway_cache_requests_total',
      labelNames: ['service', 'outcome'],
      help: 'Requests that a cache may serve, by outcome.',
      collect() {
        this.reset();
        for (const { name: service, cache } of services())
          for (const outcome of cache ? OUTCOMES : []) this.inc({ service, outcome }, cache?.[outcome]);
      },
    });
    for (const [name, help, of] of CACHE_GAUGES)
      new Gauge({
        registers,
        help,
        name: `linkway_${name}`,
        labelNames: ['service'],
        collect() {
          this.reset();
          for (const { name: service, cache } of services()) {
            const value = cache && of(cache);
            if (value !== undefined) this.set({ service }, value);
          }
        },
      });
    this.#countRateLimits(rateLimits);
    new Gauge({
      registers,
      name: 'linkway_web_sockets',
      labelNames: ['service'],
      help: 'Open WebSocket connections.',
      collect() {
        this.reset();
        for (const { name: service, webSockets } of services())
          if (webSockets) this.set({ service }, webSockets.open);
      },
    });
    new Counter({
      registers,
      name: 'linkway_web_sockets_total',
      labelNames: ['service'],
      help: 'WebSocket connections that were opened.',
      collect() {
        this.reset();
        for (const { name: service, webSockets } of services())
          if (webSockets) this.inc({ service }, webSockets.opened);
      },
    });
    new Counter({
      registers,
      name: 'linkway_web_socket_bytes_total',
      labelNames: ['service', 'direction'],
      help: 'Bytes of WebSocket connections, from clients (received) and to clients (sent).',
      collect() {
        this.reset();
        for (const { name: service, webSockets } of services()) {
          if (!webSockets) continue;
          this.inc({ service, direction: 'received' }, webSockets.received);
          this.inc({ service, direction: 'sent' }, webSockets.sent);
        }
      },
    });
    new Gauge({
      registers,
      name: 'linkway_breaker_state',
      labelNames: ['service', 'state'],
      help: '1 for the current state of the circuit breaker of a service; circuits that are open for one client only are ignored.',
      collect() {
        this.reset();
        for (const { name: service, ...seen } of services())
          for (const state of BREAKER_STATES)
            this.set({ service, state }, Number(state === breakerForMostClients(seen)));
      },
    });
    new Gauge({
      registers,
      name: 'linkway_open_circuits',
      labelNames: ['service', 'clients'],
      help: 'Operations of a service whose circuit is not closed, for all clients or for one client.',
      collect() {
        this.reset();
        for (const { name: service, circuits = [] } of services()) {
          const open = circuits.filter(({ breaker }) => breaker !== 'closed');
          const forOne = open.filter(({ isForOneClient }) => isForOneClient).length;
          this.set({ service, clients: 'all' }, open.length - forOne);
          this.set({ service, clients: 'one' }, forOne);
        }
      },
    });
    for (const [name, help, of] of MIRROR_COUNTERS)
      new Counter({
        registers,
        help,
        name: `linkway_${name}`,
        labelNames: ['service'],
        collect() {
          this.reset();
          for (const { name: service, mirror } of services()) if (mirror) this.inc({ service }, of(mirror));
        },
      });
    new Counter({
      registers,
      name: 'linkway_upstream_instance_calls_total',
      labelNames: ['service', 'instance'],
      help: 'Attempts at an instance.',
      collect() {
        this.reset();
        for (const { name: service, instances } of services())
          for (const { id: instance, requests } of instances) this.inc({ service, instance }, requests);
      },
    });
    new Counter({
      registers,
      name: 'linkway_upstream_instance_failures_total',
      labelNames: ['service', 'instance'],
      help: 'Attempts at an instance without a response, with an incomplete response or with a 5xx status.',
      collect() {
        this.reset();
        for (const { name: service, instances } of services())
          for (const { id: instance, failures } of instances) this.inc({ service, instance }, failures);
      },
    });
    new Gauge({
      registers,
      name: 'linkway_upstream_instance_state',
      labelNames: ['service', 'instance', 'state'],
      help: '1 for the current state of an instance; states that apply to one client only are ignored.',
      collect() {
        this.reset();
        for (const { name: service, instances } of services())
          for (const one of instances)
            for (const state of INSTANCE_STATES)
              this.set(
                { service, instance: one.id, state },
                Number(state === instanceStateForMostClients(one)),
              );
      },
    });
  }

  #countRateLimits(rateLimits: () => RateLimitsSnapshot | undefined): void {
    const registers = [this.#registry];
    new Counter({
      registers,
      name: 'linkway_rate_limited_total',
      labelNames: ['rule'],
      help: 'Requests that were refused with 429, by the name of the limit.',
      collect() {
        this.reset();
        for (const { name: rule, refused } of rateLimits()?.rules ?? []) this.inc({ rule }, refused);
      },
    });
    new Counter({
      registers,
      name: 'linkway_rate_limit_fallbacks_total',
      help: 'Requests whose limits were decided without the shared store.',
      collect() {
        this.reset();
        this.inc(rateLimits()?.fallbacks ?? 0);
      },
    });
    new Gauge({
      registers,
      name: 'linkway_rate_limit_store_away',
      help: '1 while the shared store of rate limits is away or too slow.',
      collect() {
        this.set(Number(rateLimits()?.isStoreAway ?? false));
      },
    });
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
