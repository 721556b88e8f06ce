/**
 * Picks the instance for an attempt: of two random available instances the less busy one, so that load spreads evenly.
 * Where instances have weights, a URL is drawn by them first, so that each gets its share whatever its number of addresses.
 * An ejected instance is probed by a call that can be repeated elsewhere if the probe fails.
 */
import type { BreakerState } from '../resilience/breaker.ts';
import type { ClientId } from '../resilience/circuit-scope.ts';

/** As much of an instance as the choice needs. */
export interface Candidate {
  readonly inFlight: number;
  /** Isolated by an operator, so that it is never picked. */
  readonly isIsolated: boolean;
  /** Whether its health checks pass. */
  readonly isHealthy: boolean;
  /** The state of an operation's circuit and of the instance's own circuit together, as a client sees them. */
  stateOfCircuit(circuit: number, client?: ClientId): BreakerState;
  /** Whether a call may be the half-open probe. */
  isProbeDue(circuit: number, client?: ClientId, extraPauses?: number): boolean;
}

interface PickContext<T> {
  /** The circuit of the operation. */
  readonly circuit: number;
  /** The client that caused the call. */
  readonly client?: ClientId;
  /** The instances that the call has tried. */
  readonly tried: readonly T[];
  /** Whether the call can be repeated elsewhere, so that it may probe an ejected instance. */
  readonly canProbe: () => boolean;
  /** How many more pauses the call leaves to calls that make better half-open probes. */
  readonly probeDelay: number;
}

interface Split<T> {
  /** Undefined where all instances get the same share. */
  readonly groups?: readonly WeightedGroup<T>[] | undefined;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/** The instances of one URL, and their share of the calls. */
export interface WeightedGroup<T> {
  /** Relative to those of the others; above 0. */
  readonly weight: number;
  readonly instances: readonly T[];
}

/** @returns undefined where no instance accepts calls */
export function pick<T extends Candidate>(
  all: readonly T[],
  context: PickContext<T>,
  split: Split<T> = {},
): T | undefined {
  const [only] = all;
  if (all.length === 1 && only) return acceptsCalls(only, context) ? only : undefined;
  const inService = all.filter(({ isIsolated }) => !isIsolated);
  const healthy = inService.filter(({ isHealthy }) => isHealthy);
  // Health checks that fail at all instances must not take the service down.
  return pickAmong(healthy, context, split) ?? pickAmong(inService, context, split);
}

/** Whether an instance accepts a call that has no other choice. */
export const acceptsCalls = (
  one: Candidate,
  { circuit, client, probeDelay }: Pick<PickContext<Candidate>, 'circuit' | 'client' | 'probeDelay'>,
): boolean =>
  !one.isIsolated &&
  (one.stateOfCircuit(circuit, client) === 'closed' || one.isProbeDue(circuit, client, probeDelay));

/** Whether an instance accepts any number of calls, and is as healthy as `than`. */
export const isAvailable = (one: Candidate, circuit: number, client?: ClientId, than?: Candidate): boolean =>
  !one.isIsolated &&
  (one.isHealthy || than?.isHealthy === false) &&
  one.stateOfCircuit(circuit, client) === 'closed';

/** After so many more pauses, a call that cannot be repeated is a probe too, in case no other call arrives. */
export const UNSAFE_PROBE_DELAY = 1;

function pickAmong<T extends Candidate>(
  candidates: readonly T[],
  context: PickContext<T>,
  split: Split<T>,
): T | undefined {
  const { circuit, client, tried, canProbe, probeDelay } = context;
  const available = candidates.filter((one) => one.stateOfCircuit(circuit, client) === 'closed');
  const due = candidates.find((one) => one.isProbeDue(circuit, client, probeDelay) && !tried.includes(one));
  if (due && (available.length === 0 || due.isProbeDue(circuit, client, UNSAFE_PROBE_DELAY) || canProbe()))
    return due;
  const untried = available.filter((one) => !tried.includes(one));
  return (
    draw(untried.length > 0 ? untried : available, split) ??
    candidates.find((one) => acceptsCalls(one, context))
  );
}

function draw<T extends Candidate>(choices: readonly T[], { groups, random }: Split<T>): T | undefined {
  return powerOfTwoChoices(
    groups === undefined ? choices : drawGroup(choices, groups, random?.() ?? Math.random()),
  );
}

/** The choices of one URL, drawn by the weights of those that have any. @param at from 0 to 1 */
function drawGroup<T>(choices: readonly T[], groups: readonly WeightedGroup<T>[], at: number): readonly T[] {
  const open = groups
    .map(({ weight, instances }) => ({ weight, members: choices.filter((one) => instances.includes(one)) }))
    .filter(({ members }) => members.length > 0);
  let rest = at * open.reduce((sum, { weight }) => sum + weight, 0);
  for (const { weight, members } of open) {
    rest -= weight;
    if (rest < 0) return members;
  }
  return open.at(-1)?.members ?? choices;
}

/** Picks two at random, and returns the less busy one. */
function powerOfTwoChoices<T extends Candidate>(candidates: readonly T[]): T | undefined {
  if (candidates.length < 2) return candidates[0];
  const first = Math.floor(Math.random() * candidates.length);
  const second = (first + 1 + Math.floor(Math.random() * (candidates.length - 1))) % candidates.length;
  const [a, b] = [candidates[first] as T, candidates[second] as T];
  return b.inFlight < a.inFlight ? b : a;
}
