/**
 * Which instance an attempt goes to: the less busy of two that are drawn pickAmong those that stand, so that load spreads
 * without a herd. One that was ejected is tried by a call that loses nothing if it is not back.
 */
import type { BreakerState } from '../resilience/breaker.ts';
import type { ClientId } from '../resilience/circuit-scope.ts';

/** As much of an instance as a choice needs. */
export interface Candidate {
  readonly inFlight: number;
  /** Taken out by an operator: never chosen. */
  readonly isIsolated: boolean;
  /** As its health checks say. */
  readonly isHealthy: boolean;
  /** Of the circuit that an operation belongs to, and of the one that all share, as a client sees them. */
  stateOfCircuit(circuit: number, client?: ClientId): BreakerState;
  /** Whether a call may try if it is back. */
  isProbeDue(circuit: number, client?: ClientId, extraPauses?: number): boolean;
}

interface PickContext<T> {
  /** Index of the circuit that the operation belongs to. */
  readonly circuit: number;
  /** Who caused the call. */
  readonly client?: ClientId;
  /** Where this call was already. */
  readonly tried: readonly T[];
  /** Whether it can be repeated elsewhere, so that it may try who was ejected. */
  readonly canProbe: () => boolean;
  /** How many more pauses it leaves to calls that are better for a try. */
  readonly probeDelay: number;
}

/** @returns undefined where none takes calls */
export function pick<T extends Candidate>(all: readonly T[], attempted: PickContext<T>): T | undefined {
  const [only] = all;
  if (all.length === 1 && only) return acceptsCalls(only, attempted) ? only : undefined;
  const free = all.filter(({ isIsolated }) => !isIsolated);
  const healthy = free.filter(({ isHealthy }) => isHealthy);
  // A check that is wrong everywhere must not take a service down.
  return pickAmong(healthy, attempted) ?? pickAmong(free, attempted);
}

/** Whether a call that has no other choice would go there. */
export const acceptsCalls = (
  one: Candidate,
  { circuit, client, probeDelay }: Pick<PickContext<Candidate>, 'circuit' | 'client' | 'probeDelay'>,
): boolean =>
  !one.isIsolated &&
  (one.stateOfCircuit(circuit, client) === 'closed' || one.isProbeDue(circuit, client, probeDelay));

/** Whether it takes as many calls as come, and is as well as `than`. */
export const isAvailable = (one: Candidate, circuit: number, client?: ClientId, than?: Candidate): boolean =>
  !one.isIsolated &&
  (one.isHealthy || than?.isHealthy === false) &&
  one.stateOfCircuit(circuit, client) === 'closed';

/** Where nobody who may repeat a call comes along, another goes there after so many times the pause more. */
export const UNSAFE_PROBE_DELAY = 1;

function pickAmong<T extends Candidate>(candidates: readonly T[], attempted: PickContext<T>): T | undefined {
  const { circuit, client, tried, canProbe, probeDelay } = attempted;
  const standing = candidates.filter((one) => one.stateOfCircuit(circuit, client) === 'closed');
  const due = candidates.find((one) => one.isProbeDue(circuit, client, probeDelay) && !tried.includes(one));
  if (due && (standing.length === 0 || due.isProbeDue(circuit, client, UNSAFE_PROBE_DELAY) || canProbe()))
    return due;
  const fresh = standing.filter((one) => !tried.includes(one));
  return (
    powerOfTwoChoices(fresh.length > 0 ? fresh : standing) ??
    candidates.find((one) => acceptsCalls(one, attempted))
  );
}

/** The less busy of two that are drawn. */
function powerOfTwoChoices<T extends Candidate>(candidates: readonly T[]): T | undefined {
  if (candidates.length < 2) return candidates[0];
  const first = Math.floor(Math.random() * candidates.length);
  const second = (first + 1 + Math.floor(Math.random() * (candidates.length - 1))) % candidates.length;
  const [a, b] = [candidates[first] as T, candidates[second] as T];
  return b.inFlight < a.inFlight ? b : a;
}
