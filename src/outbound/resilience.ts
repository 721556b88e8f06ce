/**
 * The cockatiel policies of one target around its instances: retry → bulkhead, for the service and for each operation
 * that has one of its own. Uploads have a bulkhead beside it, as they take as long as their senders like. Breakers are the
 * instances' own; time is bounded by plain timers in the attempt and the call.
 */
import { Readable } from 'node:stream';
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry } from 'cockatiel';
import type { BreakerPolicy } from '../config/breaker.ts';
import type { ServicePolicies } from '../config/policies.ts';
import type { Policy } from '../config/policy.ts';
import { Upload } from '../http/upload.ts';
import { UpstreamAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { CallFailure } from './call-failure.ts';
import { RetryRules } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';
import { Slots } from './slots.ts';

type Reason = { error: unknown } | { value: unknown };

const outcomeOf = (reason: Reason): UpstreamAnswer | CallFailure =>
  ('error' in reason ? reason.error : reason.value) as UpstreamAnswer | CallFailure;

/** The bulkheads of what is called. */
class Bulkheads {
  readonly #calls: Slots;
  readonly #uploads: Slots;

  constructor(policy: Policy['bulkhead']) {
    this.#calls = new Slots(policy);
    this.#uploads = new Slots(policy);
  }

  of({ request: { body } }: Call): Slots {
    return body instanceof Readable ? this.#uploads : this.#calls;
  }

  /** What is sent slowly takes no place from others: where these are few, it has one when its first part is here. */
  execute<T>(call: Call, attempt: () => Promise<T>): Promise<T> {
    const { body } = call.request;
    const slots = this.of(call);
    if (!(body instanceof Upload && slots.isBusy)) return slots.execute(call, attempt);
    return body.arrived.then(() => slots.execute(call, attempt));
  }

  /** Whether a call does not run at once. */
  isWaiting(call: Call): boolean {
    const slots = this.of(call);
    return !slots.isFree || (call.request.body instanceof Upload && slots.isBusy);
  }

  get queued(): number {
    return this.#calls.queued + this.#uploads.queued;
  }
}

interface Parts {
  readonly budget: RetryBudget;
  readonly bulkheads: Bulkheads;
  /** Which of an instance's circuits it goes through. */
  readonly circuit: number;
}

const createResilience = (policy: Policy, { budget, bulkheads, circuit }: Parts) => {
  const rules = new RetryRules(policy.retry, budget);
  const repeat = retry(
    handleWhen((error) => error instanceof CallFailure && rules.book(error.call, error)).orWhenResult(
      (value) => value instanceof UpstreamAnswer && value.call !== undefined && rules.book(value.call, value),
    ),
    {
      maxAttempts: policy.retry.attempts,
      backoff: new DelegateBackoff(
        (context: IRetryBackoffContext<unknown>) => outcomeOf(context.result).call?.delay ?? 0,
      ),
    },
  );
  repeat.onRetry((reason) => {
    const outcome = outcomeOf(reason);
    outcome.call?.pause();
    if (outcome instanceof UpstreamAnswer) outcome.discard();
  });
  // cockatiel's `wrap` would make a context and a signal for each layer, which nobody here reads.
  const around = (call: Call, attempt: () => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> =>
    repeat.execute(() => bulkheads.execute(call, attempt));
  return { policy, circuit, bulkheads, rules, around };
};

export type Resilience = ReturnType<typeof createResilience>;

export class Resiliences {
  /** One for all: a target in trouble does not care which operation drowns it. */
  readonly budget: RetryBudget;
  readonly ofService: Resilience;
  readonly ofOperations: ReadonlyMap<string, Resilience>;
  /** What opens the circuits that each instance has: that of the service, and those of operations. */
  readonly circuits: readonly BreakerPolicy[];

  constructor({ policy, operations }: ServicePolicies) {
    this.budget = new RetryBudget(policy.retry.budget);
    const circuits = [policy.breaker];
    const make = (one: Policy, circuit: number, bulkheads = new Bulkheads(one.bulkhead)) =>
      createResilience(one, { budget: this.budget, bulkheads, circuit });
    this.ofService = make(policy, 0);
    this.ofOperations = new Map(
      [...operations].map(([id, { policy: one, own }]) => [
        id,
        make(
          one,
          own.breaker ? circuits.push(one.breaker) - 1 : 0,
          own.bulkhead ? undefined : this.ofService.bulkheads,
        ),
      ]),
    );
    this.circuits = circuits;
  }

  of(operationId: string | undefined): Resilience {
    if (operationId === undefined || this.ofOperations.size === 0) return this.ofService;
    return this.ofOperations.get(operationId) ?? this.ofService;
  }

  /** Calls that wait for their turn. */
  get queued(): number {
    const all = [this.ofService, ...this.ofOperations.values()];
    // Each bulkhead once, whoever shares it.
    return [...new Set(all.map(({ bulkheads }) => bulkheads))].reduce((sum, { queued }) => sum + queued, 0);
  }
}
