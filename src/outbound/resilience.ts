/**
 * The cockatiel policy of one target: retry → bulkhead → breaker. Time is bounded by plain timers in the
 * attempt and the call.
 */
import { bulkhead, DelegateBackoff, handleWhen, type IRetryBackoffContext, retry, wrap } from 'cockatiel';
import type { Policy } from '../config/policy.ts';
import { UpstreamAnswer } from './answer.ts';
import { createBreaker } from './breaker.ts';
import { CallFailure } from './call-failure.ts';
import { RetryRules } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';

type Reason = { error: unknown } | { value: unknown };

const outcomeOf = (reason: Reason): UpstreamAnswer | CallFailure =>
  ('error' in reason ? reason.error : reason.value) as UpstreamAnswer | CallFailure;

export const createResilience = (policy: Policy) => {
  const budget = new RetryBudget(policy.retry.budget);
  const rules = new RetryRules(policy.retry, budget);
  const breaker = createBreaker(policy.breaker);
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
    policy: wrap(repeat, slots, breaker.policy),
  };
};

export type Resilience = ReturnType<typeof createResilience>;
