/**
 * The circuit breaker of an instance, of whichever kind its policy has. The last instance that stands is cut off only
 * when nothing at all comes from it: a bad answer now and then is better than none.
 */
import {
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  circuitBreaker,
  handleWhen,
  type IBreaker,
} from 'cockatiel';
import type { BreakerPolicy } from '../config/breaker.ts';
import { isFailure, UpstreamAnswer } from './answer.ts';
import { CallFailure } from './call-failure.ts';
import { Sampling } from './sampling.ts';

const isServerError = (value: unknown): boolean => value instanceof UpstreamAnswer && isFailure(value.status);

/** @param canBeSpared whether another one would take its calls, so that it may open */
export const createBreaker = (policy: BreakerPolicy, canBeSpared: () => boolean = () => true) => {
  let openUntil = 0;
  const { opening, isSilent, revise } = openedBy(policy);
  const breaker = circuitBreaker(
    // A caller that leaves, or one out of time, says nothing of the target; but when its call was the one that
    // should have shown that the target is back, cockatiel would take "no failure" for proof.
    handleWhen(
      (error) => error instanceof CallFailure || breaker.state === CircuitState.HalfOpen,
    ).orWhenResult(isServerError),
    {
      halfOpenAfter: policy.halfOpenAfter,
      breaker: {
        state: undefined,
        success: (state) => opening.success(state),
        failure: (state) =>
          opening.failure(state) && (state !== CircuitState.Closed || canBeSpared() || isSilent()),
      },
    },
  );
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
    /** An answer that was counted as a success broke off before its end. */
    revise: (failure: CallFailure): void => {
      if (breaker.state !== CircuitState.Closed || !canBeSpared()) return;
      revise();
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

interface Opening {
  readonly opening: IBreaker;
  /** Whether there was not one success in what it looks at. */
  readonly isSilent: () => boolean;
  /** Said before a failure that was counted as a success already. */
  readonly revise: () => void;
}

const openedBy = (policy: BreakerPolicy): Opening => {
  switch (policy.kind) {
    case 'sampling': {
      const opening = new Sampling(policy);
      return { opening, isSilent: () => opening.isSilent, revise: () => opening.revise() };
    }
    case 'count': {
      const { threshold, calls, minimumCalls } = policy;
      const options = { threshold, size: calls, minimumNumberOfCalls: minimumCalls };
      return withLatest(new CountBreaker(options), calls);
    }
    case 'consecutive':
      return { opening: new ConsecutiveBreaker(policy.failures), isSilent: () => true, revise: () => {} };
  }
};

/** Of the kind that looks at the latest calls. */
const withLatest = (inner: IBreaker, most: number): Opening => {
  let calls = 0;
  let failuresInRow = 0;
  return {
    opening: {
      state: undefined,
      success: (state) => {
        calls = state === CircuitState.HalfOpen ? 1 : calls + 1;
        failuresInRow = 0;
        inner.success(state);
      },
      failure: (state) => {
        calls += 1;
        failuresInRow += 1;
        return inner.failure(state);
      },
    },
    isSilent: () => failuresInRow >= Math.min(calls, most),
    revise: () => {},
  };
};
