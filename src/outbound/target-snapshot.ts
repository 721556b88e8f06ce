/** What is told of a target and of each of its instances. No address is in it. */
import { type BreakerState, WHOLE_INSTANCE } from './breaker.ts';
import { stands } from './choice.ts';
import type { Client } from './circuit-scope.ts';
import type { Instance } from './instance.ts';
import type { Resiliences } from './resilience.ts';
import type { Failure, Statistics } from './statistics.ts';

export const INSTANCE_STATES = ['working', 'unhealthy', 'trial', 'ejected', 'isolated'] as const;

type InstanceState = (typeof INSTANCE_STATES)[number];

interface Counted {
  readonly inFlight: number;
  readonly requests: number;
  /** Attempts that failed: no connection, no answer in time, half of one, or a 5xx. */
  readonly failures: number;
  /** The latest of them. */
  readonly lastFailure?: Pick<Failure, 'at' | 'reason'>;
  /** Milliseconds to the head of the answer. */
  readonly latency?: { readonly p50: number; readonly p99: number };
}

export interface InstanceSnapshot extends Counted {
  /** Tells it apart from the others, and nothing else. */
  readonly id: string;
  readonly state: InstanceState;
  /** When a call will try whether it is back. */
  readonly ejectedUntil?: string;
  readonly isolatedSince?: string;
}

export interface CircuitSnapshot {
  readonly operationId: string;
  readonly breaker: BreakerState;
  /** Whether it is closed for all clients but one. */
  readonly isForOneClient?: true;
}

export interface TargetSnapshot extends Counted {
  readonly name: string;
  /** Closed while at least one instance takes calls of at least one operation, of all clients but one at most. */
  readonly breaker: BreakerState;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly retries: number;
  /** Retries that there would have been but for their budget. */
  readonly retriesRefused: number;
  /** Those that have a breaker of their own, or whose circuit is not closed. */
  readonly circuits?: readonly CircuitSnapshot[];
  /** The latest first. */
  readonly recentFailures: readonly Failure[];
  /** When a call will be let through again, while none is. */
  readonly retryAt?: string;
  readonly instances: readonly InstanceSnapshot[];
}

interface Parts {
  readonly name: string;
  readonly instances: readonly Instance[];
  readonly resiliences: Resiliences;
  readonly statistics: Statistics;
}

export function snapshotOf({ name, instances, resiliences, statistics }: Parts): TargetSnapshot {
  const { budget, operationCircuits, ownCircuits } = resiliences;
  const breaker = together(instances.filter(isFree).map(({ state }) => state));
  const retryAt = earliest(instances.filter(isFree).map(({ openUntil }) => openUntil));
  const circuits = [...operationCircuits]
    .map(([operationId, circuit]) => ({ operationId, ...circuitOf(instances.filter(isFree), circuit) }))
    .filter(({ operationId, breaker: state }) => state !== 'closed' || ownCircuits.has(operationId));
  return {
    name,
    breaker,
    ...countedOf(statistics),
    queued: resiliences.queued,
    retries: budget.retries,
    retriesRefused: budget.refused,
    ...(circuits.length > 0 && { circuits }),
    recentFailures: statistics.recentFailures,
    ...(breaker === 'open' && retryAt !== undefined && { retryAt: new Date(retryAt).toISOString() }),
    instances: instances.map(instanceSnapshot),
  };
}

const isFree = ({ isIsolated }: Instance): boolean => !isIsolated;

/** Of an operation, at all instances together. */
function circuitOf(instances: readonly Instance[], circuit: number): Omit<CircuitSnapshot, 'operationId'> {
  const breakerFor = (client: Client) => together(instances.map((one) => one.stateOf(circuit, client)));
  const breaker = breakerFor(undefined);
  if (breaker !== 'closed') return { breaker };
  const forOne = instances
    .flatMap((one) => one.onlyFor(circuit))
    .map(breakerFor)
    .find((state) => state !== 'closed');
  return forOne === undefined ? { breaker } : { breaker: forOne, isForOneClient: true };
}

const together = (states: readonly BreakerState[]): BreakerState =>
  states.includes('closed') ? 'closed' : states.includes('half-open') ? 'half-open' : 'open';

/** When the first of them may be tried, in milliseconds since the epoch; undefined where an operator has to act. */
export const halfOpenAt = (
  instances: readonly Instance[],
  circuit: number,
  client?: Client,
): number | undefined => earliest(instances.filter(isFree).map((one) => one.openUntilOf(circuit, client)));

const earliest = (times: readonly number[]): number | undefined =>
  times.length === 0 ? undefined : Math.min(...times);

const countedOf = (statistics: Statistics): Counted => {
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
  const state = stateOf(instance);
  return {
    ...{ id, state },
    ...(state === 'ejected' && { ejectedUntil: new Date(instance.openUntil).toISOString() }),
    ...(isolatedSince !== undefined && { isolatedSince }),
    ...countedOf(statistics),
  };
};

const stateOf = (instance: Instance): InstanceState => {
  if (instance.isIsolated) return 'isolated';
  const { state } = instance;
  if (state === 'open') return 'ejected';
  if (state === 'half-open') return 'trial';
  return stands(instance, WHOLE_INSTANCE) ? 'working' : 'unhealthy';
};
