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
import type { OngoingCall } from '../call/types.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import { INSTANCE_CIRCUIT } from './breaker.ts';
import { type AttemptResult, attemptResultOf } from './outcome.ts';
import { QueuedBulkhead } from './queued-bulkhead.ts';
import { RetryBudget } from './retry-budget.ts';
import { type RetriableCall, RetryRules } from './retry-rules.ts';

type RepeatedCall = Pick<OngoingCall, 'pause'> & RetriableCall;

/** What a repeated attempt returned or threw. */
interface RepeatedResult extends AttemptResult<RepeatedCall> {
  /** Lets go of a response that a later one replaces. */
  discard?(): void;
}

type RetryReason = { error: unknown } | { value: unknown };

const resultOf = (reason: RetryReason): RepeatedResult =>
  attemptResultOf('error' in reason ? reason.error : reason.value);

/** The bulkheads of what is called. */
class Bulkheads {
  readonly #calls: QueuedBulkhead;
  readonly #uploads: QueuedBulkhead;

  constructor(policy: Policy['bulkhead']) {
    this.#calls = new QueuedBulkhead(policy);
    this.#uploads = new QueuedBulkhead(policy);
  }

  for({ request: { body } }: OngoingCall): QueuedBulkhead {
    return body instanceof Readable ? this.#uploads : this.#calls;
  }

  /** What is sent slowly takes no place from others: where these are few, it has one when its first part is here. */
  execute<T>(call: OngoingCall, attempt: () => Promise<T>): Promise<T> {
    const { body } = call.request;
    const slots = this.for(call);
    if (!(body instanceof Upload && slots.isBusy)) return slots.execute(call, attempt);
    return body.arrived.then(() => slots.execute(call, attempt));
  }

  /** Whether a call does not run at once. */
  isWaiting(call: OngoingCall): boolean {
    const slots = this.for(call);
    return !slots.isFree || (call.request.body instanceof Upload && slots.isBusy);
  }

  get queued(): number {
    return this.#calls.queued + this.#uploads.queued;
  }
}

interface ResilienceParts {
  readonly budget: RetryBudget;
  readonly bulkheads: Bulkheads;
}

const createResilience = (policy: Policy, { budget, bulkheads }: ResilienceParts) => {
  const rules = new RetryRules(policy, budget);
  const isScheduled = (result: unknown): boolean => {
    const { call, outcome } = attemptResultOf<RepeatedCall>(result);
    return call !== undefined && rules.scheduleRetry(call, outcome);
  };
  const repeat = retry(handleWhen(isScheduled).orWhenResult(isScheduled), {
    maxAttempts: policy.retry.attempts,
    backoff: new DelegateBackoff(
      (context: IRetryBackoffContext<unknown>) => resultOf(context.result).call?.delay ?? 0,
    ),
  });
  repeat.onRetry((reason) => {
    const result = resultOf(reason);
    result.call?.pause();
    result.discard?.();
  });
  // cockatiel's `wrap` would make a context and a signal for each layer, which nobody here reads.
  const around = (call: OngoingCall, attempt: () => Promise<UpstreamResponse>): Promise<UpstreamResponse> =>
    repeat.execute(() => bulkheads.execute(call, attempt));
  return { policy, bulkheads, rules, around };
};

export type Resilience = ReturnType<typeof createResilience>;

export class ServiceResilience {
  /** One for all: a target in trouble does not care which operation drowns it. */
  readonly budget: RetryBudget;
  readonly forService: Resilience;
  readonly forOperations: ReadonlyMap<string, Resilience>;
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
    this.forService = make(policy);
    this.forOperations = new Map(
      [...operations].map(([id, { policy: one, own }]) => [
        id,
        make(one, own.bulkhead ? undefined : this.forService.bulkheads),
      ]),
    );
    this.#circuits = [policy.breaker];
    this.circuits = this.#circuits;
    this.ownCircuits = new Set([...operations].flatMap(([id, { own }]) => (own.breaker ? id : [])));
    for (const id of this.ownCircuits) this.circuitOf(id);
  }

  for(operationId: string | undefined): Resilience {
    if (operationId === undefined || this.forOperations.size === 0) return this.forService;
    return this.forOperations.get(operationId) ?? this.forService;
  }

  /** Which circuit of an instance a call goes through, beside that of its connections, which is that of no operation. */
  circuitOf(operationId: string | undefined): number {
    if (operationId === undefined) return INSTANCE_CIRCUIT;
    const known = this.#circuitOf.get(operationId);
    if (known !== undefined) return known;
    const circuit = this.#circuits.push(this.for(operationId).policy.breaker) - 1;
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
    const all = [this.forService, ...this.forOperations.values()];
    // Each bulkhead once, whoever shares it.
    return [...new Set(all.map(({ bulkheads }) => bulkheads))].reduce((sum, { queued }) => sum + queued, 0);
  }
}
