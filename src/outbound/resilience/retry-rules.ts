/**
 * What is repeated, and when: what is safe to repeat, and what was never sent, after a pause with jitter or the `Retry-After` that the target asks for (RFC 9110 §10.2.3), inside the deadline, and inside
 * a budget, so that a target in trouble is not asked more than usual.
 */
import type { Policy } from '../../config/policies/policy.ts';
import { parseRetryAfter } from '../../http/headers/retry-after.ts';
import { CallFailure } from '../call/call-errors.ts';
import type { OngoingCall, OutboundRequest } from '../call/types.ts';
import type { UpstreamAnswer } from '../call/upstream-response.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Idempotent methods (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY']);
const TOO_MANY_REQUESTS = 429;
const INTERNAL_SERVER_ERROR = 500;
const RETRIED_STATUSES: ReadonlySet<number> = new Set([TOO_MANY_REQUESTS, 502, 503, 504]);

type RetryPolicy = Pick<Policy, 'retry' | 'attemptTimeout' | 'minimumTime'>;

export class RetryRules {
  readonly #policy: RetryPolicy;
  readonly #budget: RetryBudget;

  constructor(policy: RetryPolicy, budget: RetryBudget) {
    this.#policy = policy;
    this.#budget = budget;
  }

  /** Decides it, and books it: sets the call's `delay`, counts the retry and pays for it. */
  book(call: OngoingCall, outcome: UpstreamAnswer | CallFailure): boolean {
    if (call.over || call.retries >= this.#policy.retry.attempts) return false;
    const isAnswer = !(outcome instanceof CallFailure);
    // It was worked on, and would be sent the same again.
    if (!isAnswer && outcome.kind === 'invalid') return false;
    const after =
      isAnswer && RETRIED_STATUSES.has(outcome.status)
        ? parseRetryAfter(outcome.header('retry-after'))
        : undefined;
    const isElsewhere = call.hasOther();
    if (isAnswer && !isRetriedAnswer(outcome.status, after, isElsewhere)) return false;
    if (!isRepeatable(call.request) && !isUnsent(call.request, outcome)) return false;
    const soon = Math.random() * this.#policy.retry.delay * 2 ** call.retries;
    // What one instance asks for says nothing of the others.
    const delay = isElsewhere ? soon : (after ?? soon);
    const now = performance.now();
    if (call.deadline - now - delay < this.#policy.minimumTime) return false;
    // What goes elsewhere for want of a connection is no more work for anybody. The budget comes last, as it counts
    // what it refuses.
    if (!(isElsewhere && isUnreachable(outcome)) && !this.#budget.take(now)) return false;
    call.retries += 1;
    call.delay = delay;
    return true;
  }

  /** Whether there would be time and room for another attempt, if the next one hung. */
  couldRepeat({ request, retries, remaining }: OngoingCall): boolean {
    const { attemptTimeout, minimumTime, retry } = this.#policy;
    return (
      retries < retry.attempts &&
      isRepeatable(request) &&
      remaining - attemptTimeout - retry.delay * 2 ** retries >= minimumTime &&
      this.#budget.hasRoom(performance.now())
    );
  }
}

const isRetriedAnswer = (status: number, after: number | undefined, isElsewhere: boolean): boolean => {
  // The same instance would fail at the same again; it may be the instance, though.
  if (status === INTERNAL_SERVER_ERROR) return isElsewhere;
  return RETRIED_STATUSES.has(status) && (status !== TOO_MANY_REQUESTS || after !== undefined);
};

const isRepeatable = ({ method, headers, body }: OutboundRequest): boolean => {
  if (body && !Buffer.isBuffer(body)) return false;
  return (
    IDEMPOTENT.has(method) ||
    headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'idempotency-key')
  );
};

/** No connection was made, and not a byte of the body was read: whatever it is, it was not done (RFC 9110 §9.2.2). */
const isUnsent = ({ body }: OutboundRequest, outcome: UpstreamAnswer | CallFailure): boolean =>
  isUnreachable(outcome) && (!body || Buffer.isBuffer(body) || !(body.readableDidRead || body.destroyed));

const isUnreachable = (outcome: UpstreamAnswer | CallFailure): boolean =>
  outcome instanceof CallFailure && outcome.kind === 'unreachable';
