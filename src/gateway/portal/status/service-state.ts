/** What is told of a service on `/status` and on its own page. No address of it is in that. */
import type { Refusal } from '../../../config/rejected-config.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import type { CacheSnapshot } from '../../../outbound/http-cache/cache.ts';
import type { Dependency } from '../../../outbound/instances/dependencies.ts';
import type { InstanceSnapshot, TargetSnapshot } from '../../../outbound/target-snapshot.ts';
import type { ServiceDrift } from '../../conformance/conformance-stats.ts';
import { milliseconds } from './number-format.ts';

export interface ServiceSnapshot extends TargetSnapshot {
  /** Links of its answers that were left out, since no route serves them. */
  readonly droppedLinks: number;
  /** What is wrong in its document. */
  readonly faults: readonly DocumentFault[];
  /** Its operations that declare security, which is not enforced here. */
  readonly unenforcedSecurity?: readonly string[] | undefined;
  /** Why its document is not the newest. */
  readonly refused?: Refusal | undefined;
  /** False while its document could never be had. */
  readonly hasContract: boolean;
  /** How far its answers are from its document, where somebody looks. */
  readonly drift?: ServiceDrift | undefined;
  /** Other services here that it calls by itself, where its health check says so. */
  readonly dependencies?: readonly Dependency[] | undefined;
  /** What is kept of its answers, where it has a cache. */
  readonly cache?: CacheSnapshot | undefined;
}

export const CIRCUIT_LABELS = {
  closed: 'working',
  'half-open': 'being tried again',
  open: 'paused after failures',
} as const;

export const ONE_CLIENT_ONLY = ', for one client only';

/** What is said of a circuit, or of a service. */
export const circuitLabel = ({
  breaker,
  isForOneClient,
}: Pick<TargetSnapshot, 'breaker' | 'isForOneClient'>): string =>
  CIRCUIT_LABELS[breaker] + (isForOneClient ? ONE_CLIENT_ONLY : '');

const DEPENDENCY_LABELS = { pass: 'works', warn: 'degraded', fail: 'fails' } as const;

/** As the style sheet knows them, which are those of a circuit. */
export const DEPENDENCY_CLASSES = { pass: 'closed', warn: 'half-open', fail: 'open' } as const;

/** How whoever calls a service sees it. */
export const dependencyLabel = ({ status, responseTime }: Dependency): string =>
  responseTime === undefined
    ? DEPENDENCY_LABELS[status]
    : `${DEPENDENCY_LABELS[status]}, ${milliseconds(responseTime)} ms`;

export const descriptionOf = ({ name, hasContract }: ServiceSnapshot): Record<string, LinkValue> =>
  hasContract ? { 'service-desc': { href: `/openapi/${name}.json` } } : {};

/** Of an instance: an id, and no address. */
export const instanceStateOf = ({
  id,
  state,
  isForOneClient,
  ejectedUntil,
  isolatedSince,
  inFlight,
  requests,
  failures,
  lastFailure,
  latency,
}: InstanceSnapshot) => ({
  ...{ id, state },
  ...(isForOneClient && { isForOneClient }),
  ...(ejectedUntil !== undefined && { ejectedUntil }),
  ...(isolatedSince !== undefined && { isolatedSince }),
  ...{ inFlight, requests, failures },
  ...(lastFailure && { lastFailure }),
  ...(latency && { latency }),
});

/** Named one by one: what else a snapshot holds is nobody's business. */
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
  refused,
  hasContract,
  lastFailure,
  latency,
  drift,
  cache,
  circuits,
  dependencies = [],
  instances,
}: ServiceSnapshot) => ({
  contract: { state: contractState({ refused, hasContract }), ...refused },
  ...{ name, breaker },
  ...(isForOneClient && { isForOneClient }),
  ...(retryAt !== undefined && { retryAt }),
  ...{ inFlight, queued, requests, failures, retries, retriesRefused, droppedLinks },
  ...(faults.length > 0 && { faults }),
  ...(unenforcedSecurity.length > 0 && { unenforcedSecurity }),
  ...(lastFailure && { lastFailure }),
  ...(latency && { latency }),
  ...(drift && { drift }),
  ...(cache && { cache }),
  ...(circuits && { circuits }),
  ...(dependencies.length > 0 && { dependencies }),
  instances: instances.map(instanceStateOf),
});

const contractState = ({ refused, hasContract }: Pick<ServiceSnapshot, 'refused' | 'hasContract'>) =>
  !hasContract ? 'unavailable' : refused ? 'refused' : 'current';

/** Of a time in ISO 8601. */
export const clock = (at: string): string => `${at.slice(11, 19)} UTC`;
