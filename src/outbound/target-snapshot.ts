/** What is told of a target and of each of its instances. No address is in it. */

import type { Instance } from './instances/instance.ts';
import { isAvailable } from './instances/load-balancer.ts';
import type { FailureRecord, Statistics } from './instances/statistics.ts';
import { type BreakerState, INSTANCE_CIRCUIT } from './resilience/breaker.ts';
import type { ClientId } from './resilience/circuit-scope.ts';
import type { ServiceResilience } from './resilience/resilience.ts';

export const INSTANCE_STATES = ['working', 'unhealthy', 'trial', 'ejected', 'isolated'] as const;

type InstanceState = (typeof INSTANCE_STATES)[number];

interface CallCounts {
  readonly inFlight: number;
  readonly requests: number;
  /** Attempts that failed: no connection, no answer in time, half of one, or a 5xx. */
  readonly failures: number;
  /** The latest of them. */
  readonly lastFailure?: Pick<FailureRecord, 'at' | 'reason'>;
  /** Milliseconds to the head of the answer. */
  readonly latency?: { readonly p50: number; readonly p99: number };
}

export interface InstanceSnapshot extends CallCounts {
  /** Tells it apart from the others, and nothing else. */
  readonly id: string;
  readonly state: InstanceState;
  /** Whether it is ejected, or tried, for one client alone, and works for all others. */
  readonly isForOneClient?: true;
  /** When a call will try whether it is back. */
  readonly ejectedUntil?: string;
  readonly isolatedSince?: string;
}

/** Of one circuit, or of all that is seen together. */
interface BreakerView {
  readonly breaker: BreakerState;
  /** Whether it is so for one client alone, whose calls alone have failed, and closed for all others. */
  readonly isForOneClient?: true;
}

interface CircuitSnapshot extends BreakerView {
  readonly operationId: string;
}

/** Its breaker is closed while at least one instance takes calls of at least one operation. */
export interface TargetSnapshot extends CallCounts, BreakerView {
  readonly name: string;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly retries: number;
  /** Retries that there would have been but for their budget. */
  readonly retriesRefused: number;
  /** Those that have a breaker of their own, or whose circuit is not closed. */
  readonly circuits?: readonly CircuitSnapshot[];
  /** The latest first. */
  readonly recentFailures: readonly FailureRecord[];
  /** When a call will be let through again, while none is. */
  readonly retryAt?: string;
  readonly instances: readonly InstanceSnapshot[];
}

interface SnapshotParts {
  readonly name: string;
  readonly instances: readonly Instance[];
  readonly resilience: ServiceResilience;
  readonly statistics: Statistics;
}

export function snapshotOf({
  name,
  instances,
  resilience: resiliences,
  statistics,
}: SnapshotParts): TargetSnapshot {
  const { budget, operationCircuits, ownCircuits } = resiliences;
  const free = instances.filter(isNotIsolated);
  const seen = viewOfInstances(free);
  const retryAt = earliest(free.map(({ openUntil }) => openUntil));
  const circuits = [...operationCircuits]
    .map(([operationId, circuit]) => ({ operationId, ...viewOfCircuit(free, circuit) }))
    .filter(({ operationId, breaker: state }) => state !== 'closed' || ownCircuits.has(operationId));
  return {
    name,
    ...seen,
    ...countsOf(statistics),
    queued: resiliences.queued,
    retries: budget.retries,
    retriesRefused: budget.refused,
    ...(circuits.length > 0 && { circuits }),
    recentFailures: statistics.recentFailures,
    ...(seen.breaker === 'open' && retryAt !== undefined && { retryAt: new Date(retryAt).toISOString() }),
    instances: instances.map(instanceSnapshot),
  };
}

const isNotIsolated = ({ isIsolated }: Instance): boolean => !isIsolated;

/** As all clients but one at most see it. */
export const breakerForMostClients = ({ breaker, isForOneClient }: BreakerView): BreakerState =>
  isForOneClient ? 'closed' : breaker;

/** The same of an instance. */
export const instanceStateForMostClients = ({ state, isForOneClient }: InstanceSnapshot): InstanceState =>
  isForOneClient ? 'working' : state;

/** All operations, at all instances together. */
const viewOfInstances = (instances: readonly Instance[]): BreakerView =>
  viewFor(
    instances.flatMap(({ onlyClient }) => onlyClient ?? []),
    (client) => combinedState(instances.map((one) => one.stateFor(client))),
  );

/** An operation, at all instances together. */
const viewOfCircuit = (instances: readonly Instance[], circuit: number): BreakerView =>
  viewFor(
    instances.flatMap((one) => one.onlyClientsOfCircuit(circuit)),
    (client) => combinedState(instances.map((one) => one.stateOfCircuit(circuit, client))),
  );

function viewFor(clients: readonly string[], stateFor: (client?: ClientId) => BreakerState): BreakerView {
  const breaker = stateFor();
  if (breaker !== 'closed') return { breaker };
  const forOne = clients.map(stateFor).find((state) => state !== 'closed');
  return forOne === undefined ? { breaker } : { breaker: forOne, isForOneClient: true };
}

const combinedState = (states: readonly BreakerState[]): BreakerState =>
  states.includes('closed') ? 'closed' : states.includes('half-open') ? 'half-open' : 'open';

/** When the first of them may be tried, in milliseconds since the epoch; undefined where an operator has to act. */
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
    ...{ inFlight, requests, failures },
    ...(last && { lastFailure: { at: last.at, reason: last.reason } }),
    ...(p50 !== undefined && p99 !== undefined && { latency: { p50, p99 } }),
  };
};

const instanceSnapshot = (instance: Instance): InstanceSnapshot => {
  const { id, statistics, isolatedSince } = instance;
  const seen = viewOfInstances([instance]);
  const state = stateOf(instance, seen.breaker);
  return {
    ...{ id, state },
    ...(seen.isForOneClient && !instance.isIsolated && { isForOneClient: true }),
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
