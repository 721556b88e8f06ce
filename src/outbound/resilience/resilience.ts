/**
 * The cockatiel policies of one target around its instances: retry → bulkhead, for the service and for each operation
 * that has one of its own. Uploads have a bulkhead beside it, as they take as long as their senders like. Breakers are the
 * instances' own; time is bounded by plain timers in the attempt and the call.
 */
import { Readable } from 'node:stream';
import { DelegateBackoff, handleWhen, type IRetryBackoffContext, retry } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import type { ServicePolicies } from '../../config/policies/policies.ts';
import type { Policy } from '../../config/policies/policy.ts';
import { Upload } from '../../http/body/upload.ts';
import type { Call } from '../call/call.ts';
import { CallFailure } from '../call/call-errors.ts';
import { UpstreamAnswer } from '../call/upstream-response.ts';
import { WHOLE_INSTANCE } from './breaker.ts';
import { Slots } from './bulkhead.ts';
import { RetryBudget } from './retry-budget.ts';
import { RetryRules } from './retry-rules.ts';

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
    return body.started.then(() => slots.execute(call, attempt));
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
}

const createResilience = (policy: Policy, { budget, bulkheads }: Parts) => {
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
  return { policy, bulkheads, rules, around };
};

export type Resilience = ReturnType<typeof createResilience>;

export class Resiliences {
  /** One for all: a target in trouble does not care which operation drowns it. */
  readonly budget: RetryBudget;
  readonly ofService: Resilience;
  readonly ofOperations: ReadonlyMap<string, Resilience>;
  /** What opens each circuit of an instance: that of its connections, and those of the operations called so far. */
  readonly circuits: readonly BreakerPolicy[];
  /** Operations that have a breaker of their own. */
  readonly ownCircuits: ReadonlySet<string>;
  readonly #circuits: BreakerPolicy[];
  readonly #circuitOf = new Map<string, number>();

  constructor({ policy, operations }: ServicePolicies) {
    this.budget = new RetryBudget(policy.retry.budget);
    const make = (one: Policy, bulkheads = new Bulkheads(one.bulkhead)) =>
      createResilience(one, { budget: this.budget, bulkheads });
    this.ofService = make(policy);
    this.ofOperations = new Map(
      [...operations].map(([id, { policy: one, own }]) => [
        id,
        make(one, own.bulkhead ? undefined : this.ofService.bulkheads),
      ]),
    );
    this.#circuits = [policy.breaker];
    this.circuits = this.#circuits;
    this.ownCircuits = new Set([...operations].flatMap(([id, { own }]) => (own.breaker ? id : [])));
    for (const id of this.ownCircuits) this.circuitOf(id);
  }

  of(operationId: string | undefined): Resilience {
    if (operationId === undefined || this.ofOperations.size === 0) return this.ofService;
    return this.ofOperations.get(operationId) ?? this.ofService;
  }

  /** Which circuit of an instance a call goes through, beside that of its connections, which is that of no operation. */
  circuitOf(operationId: string | undefined): number {
    if (operationId === undefined) return WHOLE_INSTANCE;
    const known = this.#circuitOf.get(operationId);
    if (known !== undefined) return known;
    const circuit = this.#circuits.push(this.of(operationId).policy.breaker) - 1;
    this.#circuitOf.set(operationId, circuit);
    return circuit;
  }

  /** Undefined for the circuit of no operation. */
  operationOf(circuit: number): string | undefined {
    for (const [operationId, one] of this.#circuitOf) if (one === circuit) return operationId;
    return undefined;
  }

  /** Operations that were called, or have a breaker of their own, each with its circuit. */
  get operationCircuits(): ReadonlyMap<string, number> {
    return this.#circuitOf;
  }

  /** Calls that wait for their turn. */
  get queued(): number {
    const all = [this.ofService, ...this.ofOperations.values()];
    // Each bulkhead once, whoever shares it.
    return [...new Set(all.map(({ bulkheads }) => bulkheads))].reduce((sum, { queued }) => sum + queued, 0);
  }
}
