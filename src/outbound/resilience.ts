/**
 * The cockatiel policies of one target: retry → bulkhead → breaker, for the service and for each operation that has
 * one of its own. Time is bounded by plain timers in the attempt and the call.
 */
import { bulkhead, DelegateBackoff, handleWhen, type IRetryBackoffContext, retry, wrap } from 'cockatiel';
import type { ServicePolicies } from '../config/policies.ts';
import type { Policy } from '../config/policy.ts';
import { UpstreamAnswer } from './answer.ts';
import { type Breaker, createBreaker } from './breaker.ts';
import { CallFailure } from './call-failure.ts';
import { RetryRules } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';

type Reason = { error: unknown } | { value: unknown };

const outcomeOf = (reason: Reason): UpstreamAnswer | CallFailure =>
  ('error' in reason ? reason.error : reason.value) as UpstreamAnswer | CallFailure;

const createBulkhead = ({ concurrent, queued }: Policy['bulkhead']) => bulkhead(concurrent, queued);

interface Parts {
  readonly budget: RetryBudget;
  readonly slots: ReturnType<typeof createBulkhead>;
  readonly breaker: Breaker;
}

const createResilience = (policy: Policy, { budget, slots, breaker }: Parts) => {
  const rules = new RetryRules(policy.retry, budget);
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
    outcome.call.pause();
    if (outcome instanceof UpstreamAnswer) outcome.discard();
  });
  return { policy, breaker, slots, around: wrap(repeat, slots, breaker.policy) };
};

export type Resilience = ReturnType<typeof createResilience>;

export class Resiliences {
  /** One for all: a target in trouble does not care which operation drowns it. */
  readonly budget: RetryBudget;
  readonly ofService: Resilience;
  readonly ofOperations: ReadonlyMap<string, Resilience>;
  constructor({ policy, operations }: ServicePolicies) {
    this.budget = new RetryBudget(policy.retry.budget);
    const make = (one: Policy, shared?: Partial<Parts>) =>
      createResilience(one, {
        budget: this.budget,
        slots: shared?.slots ?? createBulkhead(one.bulkhead),
        breaker: shared?.breaker ?? createBreaker(one.breaker),
      });
    const ofService = make(policy);
    const { slots, breaker } = ofService;
    this.ofService = ofService;
    this.ofOperations = new Map(
      [...operations].map(([id, { policy: one, own }]) => [
        id,
        make(one, { ...(!own.bulkhead && { slots }), ...(!own.breaker && { breaker }) }),
      ]),
    );
  }

  of(operationId: string | undefined): Resilience {
    if (operationId === undefined || this.ofOperations.size === 0) return this.ofService;
    return this.ofOperations.get(operationId) ?? this.ofService;
  }

  /** Calls that wait for their turn. */
  get queued(): number {
    const all = [this.ofService, ...this.ofOperations.values()];
    // Each bulkhead once, whoever shares it.
    const bySlots = new Map(all.map(({ slots, policy }) => [slots, policy.bulkhead.queued]));
    return [...bySlots].reduce((sum, [slots, most]) => sum + most - slots.queueSlots, 0);
  }
}
