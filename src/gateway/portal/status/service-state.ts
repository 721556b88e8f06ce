/** The state of a service on `/status` and on its own page. Addresses are not shown. */
import type { RejectedConfig } from '../../../config/rejected-config.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import type { CacheSnapshot } from '../../../outbound/http-cache/cache.ts';
import type { Dependency } from '../../../outbound/instances/dependencies.ts';
import type { InstanceSnapshot, TargetSnapshot } from '../../../outbound/target-snapshot.ts';
import type { ServiceDrift } from '../../conformance/conformance-stats.ts';
import type { OperationRefusals } from '../../security/refusal-statistics.ts';
import type { WebSocketCounts } from '../../web-socket/web-sockets.ts';
import { milliseconds } from './number-format.ts';

export interface ServiceSnapshot extends TargetSnapshot {
  /** Links omitted from its responses because no route serves them. */
  readonly droppedLinks: number;
  /** Faults in its document. */
  readonly faults: readonly DocumentFault[];
  /** Operations that declare security that the gateway does not enforce. */
  readonly unenforcedSecurity?: readonly string[] | undefined;
  /** Operations that refuse every request, because nothing verifies the credentials that they require. */
  readonly unverifiableSecurity?: readonly string[] | undefined;
  /** Requests that were refused for their credentials, or would be with `enforce: on`. */
  readonly refusals?: readonly OperationRefusals[] | undefined;
  /** Why the newest document is not in use. */
  readonly refused?: RejectedConfig | undefined;
  /** False until its document has been read for the first time. */
  readonly hasContract: boolean;
  /** Deviations of its responses from the document, if they are inspected. */
  readonly drift?: ServiceDrift | undefined;
  /** Other services that it calls, as reported by its health check. */
  readonly dependencies?: readonly Dependency[] | undefined;
  /** Its WebSocket connections, if it may have some. */
  readonly webSockets?: WebSocketCounts | undefined;
  /** State of its cache, if it has one. */
  readonly cache?: CacheSnapshot | undefined;
}

export const CIRCUIT_LABELS = {
  closed: 'working',
  'half-open': 'being tried again',
  open: 'paused after failures',
} as const;

export const ONE_CLIENT_ONLY = ', for one client only';

/** Label of a circuit or a service. */
export const circuitLabel = ({
  breaker,
  isForOneClient,
}: Pick<TargetSnapshot, 'breaker' | 'isForOneClient'>): string =>
  CIRCUIT_LABELS[breaker] + (isForOneClient ? ONE_CLIENT_ONLY : '');

const DEPENDENCY_LABELS = { pass: 'works', warn: 'degraded', fail: 'fails' } as const;

/** CSS classes, shared with the states of circuits. */
export const DEPENDENCY_CLASSES = { pass: 'closed', warn: 'half-open', fail: 'open' } as const;

/** State of a dependency as its caller reports it. */
export const dependencyLabel = ({ status, responseTime }: Dependency): string =>
  responseTime === undefined
    ? DEPENDENCY_LABELS[status]
    : `${DEPENDENCY_LABELS[status]}, ${milliseconds(responseTime)} ms`;

export const descriptionOf = ({ name, hasContract }: ServiceSnapshot): Record<string, LinkValue> =>
  hasContract ? { 'service-desc': { href: `/openapi/${name}.json` } } : {};

/** State of an instance: its id, not its address. */
export const instanceStateOf = ({
  id,
  state,
  isForOneClient,
  ejectedUntil,
  isolatedSince,
  weight,
  inFlight,
  requests,
  failures,
  lastFailure,
  latency,
}: InstanceSnapshot) => ({
  id,
  state,
  ...(weight !== undefined && { weight }),
  ...(isForOneClient && { isForOneClient }),
  ...(ejectedUntil !== undefined && { ejectedUntil }),
  ...(isolatedSince !== undefined && { isolatedSince }),
  inFlight,
  requests,
  failures,
  ...(lastFailure && { lastFailure }),
  ...(latency && { latency }),
});

/** Members are listed explicitly, so that internal data of a snapshot is not exposed. */
export const stateOf = ({
  name,
  breaker,
  isForOneClient,
  retryAt,
  inFlight,
  queued,
  requests,
  failures,
  retries,
  retriesRefused,
  droppedLinks,
  faults,
  unenforcedSecurity = [],
  unverifiableSecurity = [],
  refusals = [],
  refused,
  hasContract,
  lastFailure,
  latency,
  drift,
  webSockets,
  cache,
  circuits,
  dependencies = [],
  mirror,
  instances,
}: ServiceSnapshot) => ({
  contract: { state: contractState({ refused, hasContract }), ...refused },
  name,
  breaker,
  ...(isForOneClient && { isForOneClient }),
  ...(retryAt !== undefined && { retryAt }),
  inFlight,
  queued,
  requests,
  failures,
  retries,
  retriesRefused,
  droppedLinks,
  ...(faults.length > 0 && { faults }),
  ...(unenforcedSecurity.length > 0 && { unenforcedSecurity }),
  ...(unverifiableSecurity.length > 0 && { unverifiableSecurity }),
  ...(refusals.length > 0 && { refusals }),
  ...(lastFailure && { lastFailure }),
  ...(latency && { latency }),
  ...(drift && { drift }),
  ...(webSockets && { webSockets: { ...webSockets } }),
  ...(cache && { cache }),
  ...(circuits && { circuits }),
  ...(dependencies.length > 0 && { dependencies }),
  ...(mirror && { mirror }),
  instances: instances.map(instanceStateOf),
});

const contractState = ({ refused, hasContract }: Pick<ServiceSnapshot, 'refused' | 'hasContract'>) =>
  !hasContract ? 'unavailable' : refused ? 'refused' : 'current';

/** Formats an ISO 8601 time. */
export const clock = (at: string): string => `${at.slice(11, 19)} UTC`;
