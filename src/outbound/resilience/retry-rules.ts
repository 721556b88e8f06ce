/**
 * Decides whether a call is repeated, and when. A call is repeated when that is safe, or when nothing of it was sent;
 * after a pause with jitter, or after the pause that the target asks for (RFC 9110 §10.2.3); within its deadline; and
 * within a budget, so that retries add little to the load of a target in trouble.
 */
import type { Policy } from '../../config/policies/policy.ts';
import type { Outcome } from './outcome.ts';
import type { RetryBudget } from './retry-budget.ts';

/** As much of a call as the decision needs. */
export interface RetriableCall {
  /** Why the call was given up, by its client or by its deadline. */
  readonly abortReason: Error | undefined;
  /** `performance.now()` after which no attempt begins. */
  readonly deadline: number;
  /** Milliseconds to the deadline. */
  readonly remaining: number;
  /** Whether the call can be repeated after the target may have worked on it. */
  readonly isRepeatable: boolean;
  /** Whether all of the request can still be sent. */
  readonly isBodyUnread: boolean;
  retries: number;
  /** Milliseconds to the next attempt, decided when the last one failed. */
  delay: number;
  /** Whether another instance, which the call has not tried yet, is available. */
  hasUntriedInstance(): boolean;
}

type RetryPolicy = Pick<Policy, 'retry' | 'attemptTimeout' | 'minimumTime'>;

const TRANSIENT: ReadonlySet<Outcome['kind']> = new Set([
  'unavailable',
  'unreachable',
  'connect-timeout',
  'timeout',
  'broken',
]);

export class RetryRules {
  readonly #policy: RetryPolicy;
  readonly #budget: RetryBudget;

  constructor(policy: RetryPolicy, budget: RetryBudget) {
    this.#policy = policy;
    this.#budget = budget;
  }

  /**
   * Schedules a retry where there is to be one: sets the call's `delay`, counts the retry, and takes it from the budget.
   * @returns whether there is a retry
   */
  scheduleRetry(call: RetriableCall, outcome: Outcome): boolean {
    const { retry, minimumTime } = this.#policy;
    if (call.abortReason !== undefined || call.retries >= retry.attempts) return false;
    if (!isRetriable(outcome, call)) return false;
    const isUnreachable = outcome.kind === 'unreachable';
    if (!call.isRepeatable && !(isUnreachable && call.isBodyUnread)) return false;
    const isElsewhere = call.hasUntriedInstance();
    const backoff = Math.random() * retry.delay * 2 ** call.retries;
    // `Retry-After` of one instance says nothing about the others.
    const delay = isElsewhere ? backoff : (retryAfterOf(outcome) ?? backoff);
    const now = performance.now();
    if (call.deadline - now - delay < minimumTime) return false;
    // A call that reached no instance adds no load when it goes to another one. The budget is asked last, since it
    // counts the retries that it refuses.
    if (!(isElsewhere && isUnreachable) && !this.#budget.take(now)) return false;
    call.retries += 1;
    call.delay = delay;
    return true;
  }

  /** Whether time and budget would allow for another attempt if the next one ran into its timeout. */
  couldRepeat({ isRepeatable, retries, remaining }: RetriableCall): boolean {
    const { attemptTimeout, minimumTime, retry } = this.#policy;
    return (
      retries < retry.attempts &&
      isRepeatable &&
      remaining - attemptTimeout - retry.delay * 2 ** retries >= minimumTime &&
      this.#budget.hasRoom(performance.now())
    );
  }
}

function isRetriable(outcome: Outcome, call: RetriableCall): boolean {
  if (outcome.kind === 'throttled') return outcome.retryAfter !== undefined;
  // The same instance would fail again; the instance itself may be the cause, though.
  if (outcome.kind === 'internal-error') return call.hasUntriedInstance();
  return TRANSIENT.has(outcome.kind);
}

const retryAfterOf = (outcome: Outcome): number | undefined =>
  'retryAfter' in outcome ? outcome.retryAfter : undefined;
