/**
 * What is repeated, and when: only what is safe to repeat, after a pause with jitter or the `Retry-After`
 * that the target asks for (RFC 9110 §10.2.3), inside the deadline, and inside a budget, so that a target in
 * trouble is not asked more than usual.
 */
import type { Policy } from '../config/policy.ts';
import type { UpstreamAnswer } from './answer.ts';
import type { Call, OutboundRequest } from './call.ts';
import { CallFailure } from './call-failure.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Idempotent methods (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY']);
const RETRIED_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);
const TOO_MANY_REQUESTS = 429;

export class RetryRules {
  readonly #policy: Policy['retry'];
  readonly #budget: RetryBudget;

  constructor(policy: Policy['retry'], budget: RetryBudget) {
    this.#policy = policy;
    this.#budget = budget;
  }

  /** Decides it, and books it: sets the call's `delay`, counts the retry and pays for it. */
  book(call: Call, outcome: UpstreamAnswer | CallFailure): boolean {
    if (call.over || call.retries >= this.#policy.attempts || !isRepeatable(call.request, outcome))
      return false;
    const after = outcome instanceof CallFailure ? undefined : retryAfter(outcome);
    if (!(outcome instanceof CallFailure) && !isRetriedAnswer(outcome.status, after)) return false;
    const delay = after ?? Math.random() * this.#policy.delay * 2 ** call.retries;
    const now = performance.now();
    // The budget comes last, as it counts what it refuses.
    if (call.deadline - now - delay < call.resilience.policy.minimumTime || !this.#budget.take(now))
      return false;
    call.retries += 1;
    call.delay = delay;
    return true;
  }
}

const isRetriedAnswer = (status: number, after: number | undefined): boolean =>
  RETRIED_STATUSES.has(status) || (status === TOO_MANY_REQUESTS && after !== undefined);

const isRepeatable = (
  { method, headers, body }: OutboundRequest,
  outcome: UpstreamAnswer | CallFailure,
): boolean => {
  if (body && !Buffer.isBuffer(body)) return false;
  return (
    IDEMPOTENT.has(method) ||
    // Whatever it is, it was not done: none of it was sent (RFC 9110 §9.2.2).
    (outcome instanceof CallFailure && outcome.kind === 'unreachable') ||
    headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'idempotency-key')
  );
};

/** Milliseconds, from seconds or a date. */
const retryAfter = (answer: UpstreamAnswer): number | undefined => {
  const value = answer.header('retry-after');
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
};
