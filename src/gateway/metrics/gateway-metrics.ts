/** The metrics of the gateway as a whole: requests, its certificate, and rate limits. */
import type { TlsStatus } from '../../http/server/tls/server-certificate.ts';
import type { RateLimitsSnapshot } from '../rate-limits/rate-limiter.ts';
import type { Metric } from './metric.ts';

export interface GatewaySources {
  readonly inFlight: () => number;
  /** Undefined if no rate limits are configured. */
  readonly rateLimits?: (() => RateLimitsSnapshot | undefined) | undefined;
  /** The state of the certificate, if the gateway serves HTTPS. */
  readonly tls?: (() => TlsStatus | undefined) | undefined;
}

export const gatewayMetrics = ({
  inFlight,
  rateLimits = () => undefined,
  tls = () => undefined,
}: GatewaySources): Metric[] => [
  {
    kind: 'gauge',
    name: 'requests_in_flight',
    help: 'Requests that are in progress.',
    samples: () => [[{}, inFlight()]],
  },
  {
    kind: 'gauge',
    name: 'tls_certificate_days_left',
    help: 'Whole days until the certificate of the gateway expires.',
    labels: ['subject'],
    *samples() {
      const certificate = tls();
      if (certificate) yield [{ subject: certificate.subject }, certificate.daysLeft];
    },
  },
  {
    kind: 'gauge',
    name: 'tls_certificate_refused',
    help: '1 while newer certificate files are refused, and the previous certificate stays in use.',
    samples: () => [[{}, tls()?.refused ? 1 : 0]],
  },
  {
    kind: 'counter',
    name: 'tls_handshake_failures_total',
    help: 'TLS handshakes with clients that failed.',
    labels: ['cause'],
    *samples() {
      for (const { cause, count } of tls()?.failedHandshakes ?? []) yield [{ cause }, count];
    },
  },
  {
    kind: 'counter',
    name: 'rate_limited_total',
    help: 'Requests that were refused with 429, by the name of the limit.',
    labels: ['rule'],
    *samples() {
      for (const { name: rule, refused } of rateLimits()?.rules ?? []) yield [{ rule }, refused];
    },
  },
  {
    kind: 'counter',
    name: 'rate_limit_fallbacks_total',
    help: 'Requests whose limits were decided without the shared store.',
    samples: () => [[{}, rateLimits()?.fallbacks ?? 0]],
  },
  {
    kind: 'gauge',
    name: 'rate_limit_store_away',
    help: '1 while the shared store of rate limits is away or too slow.',
    samples: () => [[{}, Number(rateLimits()?.isStoreAway ?? false)]],
  },
];
