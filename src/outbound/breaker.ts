/** The circuit breaker of a target, of whichever kind its policy has. */
import {
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  circuitBreaker,
  handleWhen,
  type IBreaker,
} from 'cockatiel';
import type { BreakerPolicy } from '../config/breaker.ts';
import { UpstreamAnswer } from './answer.ts';
import { CallFailure } from './call-failure.ts';
import { Sampling } from './sampling.ts';

const isServerError = (value: unknown): boolean => value instanceof UpstreamAnswer && value.status >= 500;

export const createBreaker = (policy: BreakerPolicy) => {
  let openUntil = 0;
  const breaker = circuitBreaker(
    // A caller that leaves, or one out of time, says nothing of the target; but when its call was the one that
    // should have shown that the target is back, cockatiel would take "no failure" for proof.
    handleWhen(
      (error) => error instanceof CallFailure || breaker.state === CircuitState.HalfOpen,
    ).orWhenResult(isServerError),
    { halfOpenAfter: policy.halfOpenAfter, breaker: openedBy(policy) },
  );
  breaker.onBreak(() => {
    openUntil = Date.now() + policy.halfOpenAfter;
  });
  return {
    policy: breaker,
    get state(): 'closed' | 'open' | 'half-open' {
      return STATES[breaker.state];
    },
    halfOpenAt: (): string => new Date(openUntil).toISOString(),
    /** Whole seconds until a call will be let through again. */
    secondsToHalfOpen: (): number => Math.max(1, Math.ceil((openUntil - Date.now()) / 1000)),
  };
};

export type Breaker = ReturnType<typeof createBreaker>;

const STATES = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
} as const;

const openedBy = (policy: BreakerPolicy): IBreaker => {
  switch (policy.kind) {
    case 'sampling':
      return new Sampling(policy);
    case 'count': {
      const { threshold, calls, minimumCalls } = policy;
      return new CountBreaker({ threshold, size: calls, minimumNumberOfCalls: minimumCalls });
    }
    case 'consecutive':
      return new ConsecutiveBreaker(policy.failures);
  }
};
