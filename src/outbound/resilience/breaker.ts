/**
 * A circuit breaker of an instance, of whichever kind its policy has: one for its connections, and one for each of its
 * operations. The last instance that stands is cut off only when nothing at all comes from it: a bad answer now and
 * then is better than none.
 */
import { CircuitState, circuitBreaker, handleWhen } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import { CallFailure } from '../call/call-errors.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import { LatestCalls } from './count-breaker.ts';
import { blameOf } from './failure-scope.ts';
import { Sampling } from './sampling-breaker.ts';

/** The circuit that every call goes through, for what concerns all operations. */
export const WHOLE_INSTANCE = 0;

export interface BreakerOptions {
  /** Which of the circuits of its instance it is. */
  readonly circuit?: number;
  /** Whether another one would take its calls, so that it may open. */
  readonly canBeSpared?: () => boolean;
  /** Whether there are others. */
  readonly hasOthers?: () => boolean;
  /** Called when it opens, lets a call try, or closes. */
  readonly onChange?: (isClosed: boolean) => void;
}

export const createBreaker = (
  policy: BreakerPolicy,
  {
    circuit = WHOLE_INSTANCE,
    canBeSpared = () => true,
    hasOthers = () => false,
    onChange = () => {},
  }: BreakerOptions = {},
) => {
  let openUntil = 0;
  const opening = openedBy(policy);
  const counts = (outcome: CallFailure | UpstreamAnswer): boolean => {
    const blame = blameOf(outcome);
    if (blame === 'none') return false;
    if (blame === 'instance') return circuit === WHOLE_INSTANCE;
    if (outcome.call?.circuit !== circuit) return false;
    // What a request may have provoked costs one of several its calls, as the others take them, and never the last.
    return blame === 'operation' || (hasOthers() && canBeSpared());
  };
  const breaker = circuitBreaker(
    // A caller that leaves, or one out of time, says nothing of the target; but when its call was the one that
    // should have shown that the target is back, cockatiel would take "no failure" for proof.
    handleWhen((error) =>
      error instanceof CallFailure && (circuit === WHOLE_INSTANCE || error.isConnected)
        ? counts(error)
        : breaker.state === CircuitState.HalfOpen,
    ).orWhenResult((value) => counts(value as UpstreamAnswer)),
    {
      halfOpenAfter: policy.halfOpenAfter,
      breaker: {
        state: undefined,
        success: (state) => opening.success(state),
        failure: (state) =>
          opening.failure(state) && (state !== CircuitState.Closed || canBeSpared() || opening.isSilent),
      },
    },
  );
  breaker.onStateChange((state) => onChange(state === CircuitState.Closed));
  breaker.onBreak(() => {
    openUntil = Date.now() + policy.halfOpenAfter;
  });
  return {
    policy: breaker,
    get state(): 'closed' | 'open' | 'half-open' {
      return STATES[breaker.state];
    },
    get openUntil(): number {
      return openUntil;
    },
    /** Whether a call may try if it is back: none does already, and the time for it has come. */
    isDue: (overdue = 0): boolean =>
      breaker.state === CircuitState.Open && Date.now() >= openUntil + overdue * policy.halfOpenAfter,
    /** Counts a call that did not go through it, as that costs; only while it is closed. */
    count: (failure?: CallFailure): void => {
      if (breaker.state !== CircuitState.Closed) return;
      if (failure === undefined) opening.success(CircuitState.Closed);
      else breaker.execute(() => Promise.reject(failure)).catch(() => {});
    },
    /** An answer that was counted as a success broke off before its end. */
    revise: (failure: CallFailure): void => {
      if (breaker.state !== CircuitState.Closed || !canBeSpared()) return;
      opening.revise();
      breaker.execute(() => Promise.reject(failure)).catch(() => {});
    },
  };
};

export type Breaker = ReturnType<typeof createBreaker>;

export type BreakerState = Breaker['state'];

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const;

const openedBy = (policy: BreakerPolicy): Sampling | LatestCalls =>
  policy.kind === 'sampling' ? new Sampling(policy) : new LatestCalls(policy);
