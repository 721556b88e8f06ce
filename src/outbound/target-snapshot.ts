/** The state of a target and of each of its instances, for status pages and metrics. It contains no address. */
import type { Instance } from './instances/instance.ts';
import { isAvailable, type WeightedGroup } from './instances/load-balancer.ts';
import type { FailureRecord, Statistics } from './instances/statistics.ts';
import type { MirrorSnapshot } from './mirror.ts';
import { type BreakerState, INSTANCE_CIRCUIT } from './resilience/breaker.ts';
import type { ClientId } from './resilience/circuit-scope.ts';
import type { ServiceResilience } from './resilience/resilience.ts';

export const INSTANCE_STATES = ['working', 'unhealthy', 'trial', 'ejected', 'isolated'] as const;

type InstanceState = (typeof INSTANCE_STATES)[number];

interface CallCounts {
  readonly inFlight: number;
  readonly requests: number;
  /** Failed attempts: no connection, no response in time, a truncated response, or a 5xx. */
  readonly failures: number;
  /** The latest failure. */
  readonly lastFailure?: Pick<FailureRecord, 'at' | 'reason'>;
  /** Milliseconds to the head of the response. */
  readonly latency?: { readonly p50: number; readonly p99: number };
}

export interface InstanceSnapshot extends CallCounts {
  /** Distinguishes the instance from the others, and says nothing else about it. */
  readonly id: string;
  readonly state: InstanceState;
  /** The share of the calls that its URL gets, relative to the others; undefined if all are equal. */
  readonly weight?: number;
  /** Set where the instance is ejected or on trial for one client alone, and works for all others. */
  readonly isForOneClient?: true;
  /** When a half-open probe is let through. */
  readonly ejectedUntil?: string;
  readonly isolatedSince?: string;
}

/** The state of one circuit, or of several circuits together. */
interface BreakerView {
  readonly breaker: BreakerState;
  /** Set where the breaker is not closed for one client alone, whose calls alone have failed. */
  readonly isForOneClient?: true;
}

interface CircuitSnapshot extends BreakerView {
  readonly operationId: string;
}

/** The breaker is closed while at least one instance accepts calls of at least one operation. */
export interface TargetSnapshot extends CallCounts, BreakerView {
  readonly name: string;
  /** Calls that wait for a bulkhead. */
  readonly queued: number;
  readonly retries: number;
  /** Retries that the budget refused. */
  readonly retriesRefused: number;
  /** Operations that have a breaker of their own, or whose circuit is not closed. */
  readonly circuits?: readonly CircuitSnapshot[];
  /** The latest failure is the first. */
  readonly recentFailures: readonly FailureRecord[];
  /** When a half-open probe is let through, while the breaker is open. */
  readonly retryAt?: string;
  /** The copies of its calls, if it is mirrored. */
  readonly mirror?: MirrorSnapshot;
  readonly instances: readonly InstanceSnapshot[];
}

interface SnapshotParts {
  readonly name: string;
  readonly instances: readonly Instance[];
  readonly resilience: ServiceResilience;
  readonly statistics: Statistics;
  readonly groups?: readonly WeightedGroup<Instance>[] | undefined;
  readonly mirror?: MirrorSnapshot | undefined;
}

export function snapshotOf({
  name,
  instances,
  resilience,
  statistics,
  groups,
  mirror,
}: SnapshotParts): TargetSnapshot {
  const { budget, operationCircuits, ownCircuits } = resilience;
  const inService = instances.filter(isNotIsolated);
  const view = viewOfInstances(inService);
  const retryAt = earliest(inService.map(({ openUntil }) => openUntil));
  const circuits = [...operationCircuits]
    .map(([operationId, circuit]) => ({ operationId, ...viewOfCircuit(inService, circuit) }))
    .filter(({ operationId, breaker: state }) => state !== 'closed' || ownCircuits.has(operationId));
  return {
    name,
    ...view,
    ...countsOf(statistics),
    queued: resilience.queued,
    retries: budget.retries,
    retriesRefused: budget.refused,
    ...(circuits.length > 0 && { circuits }),
    recentFailures: statistics.recentFailures,
    ...(view.breaker === 'open' && retryAt !== undefined && { retryAt: new Date(retryAt).toISOString() }),
    ...(mirror && { mirror }),
    instances: instances.map((instance) => {
      const weight = groups?.find((one) => one.instances.includes(instance))?.weight;
      return { ...instanceSnapshot(instance), ...(weight !== undefined && { weight }) };
    }),
  };
}

const isNotIsolated = ({ isIsolated }: Instance): boolean => !isIsolated;

/** The state that most clients see: at most one client sees another. */
export const breakerForMostClients = ({ breaker, isForOneClient }: BreakerView): BreakerState =>
  isForOneClient ? 'closed' : breaker;

export const instanceStateForMostClients = ({ state, isForOneClient }: InstanceSnapshot): InstanceState =>
  isForOneClient ? 'working' : state;

/** The state of all operations at all instances together. */
const viewOfInstances = (instances: readonly Instance[]): BreakerView =>
  viewFor(
    instances.flatMap(({ onlyClient }) => onlyClient ?? []),
    (client) => combinedState(instances.map((one) => one.stateFor(client))),
  );

/** The state of one operation at all instances together. */
const viewOfCircuit = (instances: readonly Instance[], circuit: number): BreakerView =>
  viewFor(
    instances.flatMap((one) => one.onlyClientsOfCircuit(circuit)),
    (client) => combinedState(instances.map((one) => one.stateOfCircuit(circuit, client))),
  );

function viewFor(clients: readonly string[], stateFor: (client?: ClientId) => BreakerState): BreakerView {
  const breaker = stateFor();
  if (breaker !== 'closed') return { breaker };
  const exception = clients.map(stateFor).find((state) => state !== 'closed');
  return exception === undefined ? { breaker } : { breaker: exception, isForOneClient: true };
}

const combinedState = (states: readonly BreakerState[]): BreakerState =>
  states.includes('closed') ? 'closed' : states.includes('half-open') ? 'half-open' : 'open';

/** When the first instance may be probed, in milliseconds since the epoch; undefined where an operator isolated all. */
export const halfOpenAt = (
  instances: readonly Instance[],
  circuit: number,
  client?: ClientId,
): number | undefined =>
  earliest(instances.filter(isNotIsolated).map((one) => one.openUntilOfCircuit(circuit, client)));

const earliest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : Math.min(...times);

const countsOf = (statistics: Statistics): CallCounts => {
  const { inFlight, requests, failures, recentFailures } = statistics;
  const [last] = recentFailures;
  const p50 = statistics.percentile(0.5);
  const p99 = statistics.percentile(0.99);
  return {
    inFlight,
    requests,
    failures,
    ...(last && { lastFailure: { at: last.at, reason: last.reason } }),
    ...(p50 !== undefined && p99 !== undefined && { latency: { p50, p99 } }),
  };
};

const instanceSnapshot = (instance: Instance): InstanceSnapshot => {
  const { id, statistics, isolatedSince } = instance;
  const view = viewOfInstances([instance]);
  const state = stateOf(instance, view.breaker);
  return {
    id,
    state,
    ...(view.isForOneClient && !instance.isIsolated && { isForOneClient: true }),
    ...(state === 'ejected' && { ejectedUntil: new Date(instance.openUntil).toISOString() }),
    ...(isolatedSince !== undefined && { isolatedSince }),
    ...countsOf(statistics),
  };
};

const stateOf = (instance: Instance, breaker: BreakerState): InstanceState => {
  if (instance.isIsolated) return 'isolated';
  if (breaker === 'open') return 'ejected';
  if (breaker === 'half-open') return 'trial';
  return isAvailable(instance, INSTANCE_CIRCUIT) ? 'working' : 'unhealthy';
};
