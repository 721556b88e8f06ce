/**
 * The resilience policies of one target: retry → bulkhead, for the service and for each operation with its own policy.
 * Uploads have a separate bulkhead, since they have no time limit. Circuit breakers belong to the instances, and plain
 * timers in the attempt and the call limit the time.
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
  /** Discards a response that a retry replaces. */
  discard?(): void;
}

type RetryReason = { error: unknown } | { value: unknown };

const resultOf = (reason: RetryReason): RepeatedResult =>
  attemptResultOf('error' in reason ? reason.error : reason.value);

/** The bulkheads for calls and for uploads. */
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

  /** While slots are scarce, an upload takes one only when its first bytes arrive, so that slow senders block no others. */
  execute<T>(call: OngoingCall, attempt: () => Promise<T>): Promise<T> {
    const { body } = call.request;
    const bulkhead = this.for(call);
    if (!(body instanceof Upload && bulkhead.isBusy)) return bulkhead.execute(call, attempt);
    return body.started.then(() => bulkhead.execute(call, attempt));
  }

  /** Whether a call has to wait before it runs. */
  isWaiting(call: OngoingCall): boolean {
    const bulkhead = this.for(call);
    return !bulkhead.isFree || (call.request.body instanceof Upload && bulkhead.isBusy);
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
  // cockatiel's `wrap` would create an unused context and signal for each layer.
  const execute = (call: OngoingCall, attempt: () => Promise<UpstreamResponse>): Promise<UpstreamResponse> =>
    repeat.execute(() => bulkheads.execute(call, attempt));
  return { policy, bulkheads, rules, execute };
};

export type Resilience = ReturnType<typeof createResilience>;

export class ServiceResilience {
  /** Shared by all operations, as each of them can overload the target. */
  readonly budget: RetryBudget;
  readonly forService: Resilience;
  readonly forOperations: ReadonlyMap<string, Resilience>;
  /** The policies of the circuits of an instance: of its connections, and of the operations that were called. */
  readonly circuits: readonly BreakerPolicy[];
  /** Operations that have a breaker of their own. */
  readonly ownCircuits: ReadonlySet<string>;
  readonly #circuits: BreakerPolicy[];
  readonly #circuitOf = new Map<string, number>();

  constructor({ policy, operations }: ServicePolicies) {
    this.budget = new RetryBudget(policy.retry.budget);
    const create = (one: Policy, bulkheads = new Bulkheads(one.bulkhead)) =>
      createResilience(one, { budget: this.budget, bulkheads });
    this.forService = create(policy);
    this.forOperations = new Map(
      [...operations].map(([id, { policy: one, own }]) => [
        id,
        create(one, own.bulkhead ? undefined : this.forService.bulkheads),
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

  /** The circuit of an instance for an operation; without one, the circuit of all connections. */
  circuitOf(operationId: string | undefined): number {
    if (operationId === undefined) return INSTANCE_CIRCUIT;
    const known = this.#circuitOf.get(operationId);
    if (known !== undefined) return known;
    const circuit = this.#circuits.push(this.for(operationId).policy.breaker) - 1;
    this.#circuitOf.set(operationId, circuit);
    return circuit;
  }

  /** Undefined for the circuit of all connections. */
  operationOf(circuit: number): string | undefined {
    for (const [operationId, one] of this.#circuitOf) if (one === circuit) return operationId;
    return undefined;
  }

  /** The circuits of the operations that were called, or that have a breaker of their own. */
  get operationCircuits(): ReadonlyMap<string, number> {
    return this.#circuitOf;
  }

  /** How many calls wait for a bulkhead. */
  get queued(): number {
    const all = [this.forService, ...this.forOperations.values()];
    // Operations can share a bulkhead.
    return [...new Set(all.map(({ bulkheads }) => bulkheads))].reduce((sum, { queued }) => sum + queued, 0);
  }
}
