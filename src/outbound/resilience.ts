/**
 * The cockatiel policy of one target: retry → bulkhead → breaker. Time is bounded by plain timers in the
 * attempt and the call.
 */
import {
  bulkhead,
  CircuitState,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  SamplingBreaker,
  wrap,
} from 'cockatiel';
import type { Policy } from '../config/policy.ts';
import { UpstreamAnswer } from './answer.ts';
import { CallAborted, CallFailure } from './call-failure.ts';
import { RetryRules } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';

type Reason = { error: unknown } | { value: unknown };

const outcomeOf = (reason: Reason): UpstreamAnswer | CallFailure =>
  ('error' in reason ? reason.error : reason.value) as UpstreamAnswer | CallFailure;

const isServerError = (value: unknown): boolean => value instanceof UpstreamAnswer && value.status >= 500;

export const createResilience = (policy: Policy) => {
  const { threshold, window, minimumCalls, halfOpenAfter } = policy.breaker;
  const budget = new RetryBudget(policy.retry.budget);
  const rules = new RetryRules(policy.retry, budget);
  let openUntil = 0;

  const breaker = circuitBreaker(
    handleWhen((error) => {
      if (error instanceof CallFailure) return true;
      // A caller that leaves says nothing of the target; but when its call was the one that should have
      // shown that the target is back, cockatiel would take "no failure" for proof.
      return error instanceof CallAborted && breaker.state === CircuitState.HalfOpen;
    }).orWhenResult(isServerError),
    {
      halfOpenAfter,
      breaker: new SamplingBreaker({
        threshold,
        duration: window,
        minimumRps: (minimumCalls * 1000) / window,
      }),
    },
  );
  breaker.onBreak(() => {
    openUntil = Date.now() + halfOpenAfter;
  });

  const slots = bulkhead(policy.bulkhead.concurrent, policy.bulkhead.queued);

  const repeat = retry(
    handleWhen((error) => error instanceof CallFailure && rules.book(error.call, error)).orWhenResult(
      (value) => value instanceof UpstreamAnswer && rules.book(value.call, value),
    ),
    {
      maxAttempts: policy.retry.attempts,
      backoff: new DelegateBackoff(
        (context: IRetryBackoffContext<unknown>) => outcomeOf(context.result).call.delay,
      ),
    },
  );
  repeat.onRetry((reason) => {
    const outcome = outcomeOf(reason);
    if (outcome instanceof UpstreamAnswer) outcome.discard();
  });

  return {
    budget,
    breaker,
    slots,
    policy: wrap(repeat, slots, breaker),
    /** Whole seconds until a call will be let through again. */
    secondsToHalfOpen: (): number => Math.max(1, Math.ceil((openUntil - Date.now()) / 1000)),
    halfOpenAt: (): string => new Date(openUntil).toISOString(),
  };
};

export type Resilience = ReturnType<typeof createResilience>;
