/**
 * One service that is called: its connections, its cockatiel policy, its statistics. Made at start and shared
 * by all calls, so that all of them see the same breaker. The only place that opens connections.
 */
import { BrokenCircuitError, BulkheadRejectedError } from 'cockatiel';
import { Pool } from 'undici';
import type { ServicePolicies } from '../config/policies.ts';
import { Problem } from '../contract/problem.ts';
import { circuitOpen, overloaded, upstreamTimeout } from '../contract/problems.ts';
import { DEADLINE_HEADER } from '../http/deadline.ts';
import type { UpstreamAnswer } from './answer.ts';
import { Attempt } from './attempt.ts';
import type { Breaker } from './breaker.ts';
import { Call, type OutboundRequest } from './call.ts';
import { CallAborted, CallFailure, OutOfTime, problemOf } from './call-failure.ts';
import { Resiliences } from './resilience.ts';
import { type Failure, Statistics } from './statistics.ts';
import { traced } from './traced.ts';

export interface TargetSnapshot {
  readonly name: string;
  readonly breaker: Breaker['state'];
  readonly inFlight: number;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly requests: number;
  /** Attempts that failed: no connection, no answer in time, or a 5xx. */
  readonly failures: number;
  readonly retries: number;
  /** Retries that there would have been but for their budget. */
  readonly retriesRefused: number;
  /** Those with a circuit of their own. */
  readonly circuits?: readonly { readonly operationId: string; readonly breaker: Breaker['state'] }[];
  /** The latest of them. */
  readonly lastFailure?: Pick<Failure, 'at' | 'reason'>;
  /** The latest first. */
  readonly recentFailures: readonly Failure[];
  /** When a call will be let through again, while none is. */
  readonly retryAt?: string;
  /** Milliseconds to the head of the answer. */
  readonly latency?: { readonly p50: number; readonly p99: number };
}

const CONNECTIONS = 128;

export class Target {
  readonly name: string;
  readonly url: string;
  readonly policies: ServicePolicies;
  readonly #pool: Pool;
  readonly #resiliences: Resiliences;
  readonly #statistics = new Statistics();

  constructor(name: string, url: string, policies: ServicePolicies) {
    this.name = name;
    this.url = url;
    this.policies = policies;
    this.#pool = new Pool(new URL(url).origin, {
      connections: CONNECTIONS,
      // More on one connection would let a slow answer hold up the fast ones behind it.
      pipelining: 1,
      connectTimeout: policies.policy.connectTimeout,
      headersTimeout: 0,
      allowH2: false,
    });
    this.#resiliences = new Resiliences(policies);
  }

  /** Begins a call; `call.answer` settles with the head, `call.abort()` gives it up. */
  start(request: OutboundRequest): Call {
    const now = performance.now();
    const resilience = this.#resiliences.of(request.operationId);
    const deadline = Math.min(now + resilience.policy.deadline, request.deadline ?? Number.POSITIVE_INFINITY);
    const call = new Call(request, resilience, deadline, this.#explain);
    this.#statistics.requests += 1;
    this.#resiliences.budget.countCall(now);
    // Before the breaker has a say: a call that is not made does not try whether the target is back either.
    if (deadline - now < resilience.policy.minimumTime) call.fail(new OutOfTime());
    else this.#run(call);
    return call;
  }

  /** The answer, whatever its status; rejects with a Problem, or CallAborted when `signal` fires. */
  async send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamAnswer> {
    const call = this.start(request);
    if (!signal) return call.answer;
    const abort = () => call.abort();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await call.answer;
    } catch (error) {
      signal.removeEventListener('abort', abort);
      throw error;
    }
  }

  get breaker(): Breaker['state'] {
    return this.#resiliences.ofService.breaker.state;
  }

  snapshot(): TargetSnapshot {
    const { budget, ofService, ofOperations } = this.#resiliences;
    const { requests, failures, inFlight, recentFailures } = this.#statistics;
    const [last] = recentFailures;
    const { breaker } = ofService;
    const circuits = [...ofOperations]
      .filter(([, own]) => own.breaker !== breaker)
      .map(([operationId, own]) => ({ operationId, breaker: own.breaker.state }));
    const p50 = this.#statistics.percentile(0.5);
    const p99 = this.#statistics.percentile(0.99);
    return {
      name: this.name,
      breaker: breaker.state,
      inFlight,
      queued: this.#resiliences.queued,
      requests,
      failures,
      retries: budget.retries,
      retriesRefused: budget.refused,
      ...(circuits.length > 0 && { circuits }),
      recentFailures,
      ...(breaker.state === 'open' && { retryAt: breaker.halfOpenAt() }),
      ...(last && { lastFailure: { at: last.at, reason: last.reason } }),
      ...(p50 !== undefined && p99 !== undefined && { latency: { p50, p99 } }),
    };
  }

  /** Lets what is in flight finish. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  #run(call: Call): void {
    const { breaker, slots, around } = call.resilience;
    // One call is trying already whether the target is back; cockatiel would make the others wait for it.
    if (breaker.state === 'half-open') {
      call.fail(new BrokenCircuitError());
      return;
    }
    if (slots.executionSlots <= 0) call.pause();
    around.execute(() => this.#attempt(call)).then(call.succeed, call.fail);
  }

  async #attempt(call: Call): Promise<UpstreamAnswer> {
    // Given up while it waited for its turn, which says nothing of the target.
    if (call.over) throw new CallAborted(call.over);
    call.resume();
    const remaining = call.remaining;
    const { attemptTimeout, idleTimeout, minimumTime } = call.resilience.policy;
    if (remaining < minimumTime) throw new OutOfTime();
    const statistics = this.#statistics;
    const startedAt = performance.now();
    statistics.inFlight += 1;
    count(call);
    const time = Math.min(attemptTimeout, Math.ceil(remaining));
    const attempt = new Attempt(call, time, () => {
      statistics.inFlight -= 1;
    });
    const { method, path, body, operationId } = call.request;
    const { span, headers = call.request.headers } = traced(this.name, call) ?? {};
    this.#pool.dispatch(
      {
        ...{ method, path, body: body ?? null, bodyTimeout: idleTimeout },
        headers: [...headers, DEADLINE_HEADER, String(time)],
      },
      attempt,
    );
    try {
      const answer = await attempt.head;
      statistics.recordLatency(performance.now() - startedAt);
      span?.end({ status: answer.status });
      if (answer.status >= 500) statistics.recordFailure(`answered ${answer.status}`, operationId);
      return answer;
    } catch (error) {
      span?.end({ reason: error instanceof CallFailure ? error.kind : 'aborted' });
      if (error instanceof CallFailure) statistics.recordFailure(REASONS[error.kind], operationId);
      throw error;
    }
  }

  readonly #explain = (error: unknown, call: Call): unknown => {
    if (error instanceof CallFailure) return problemOf(this.name, error);
    if (error instanceof BrokenCircuitError) return this.#circuitOpen(call);
    if (error instanceof OutOfTime) {
      return new Problem(upstreamTimeout, `Too little time was left to ask the service "${this.name}".`, {
        extensions: { service: this.name },
      });
    }
    if (error instanceof BulkheadRejectedError) {
      return new Problem(overloaded, `Too many calls to the service "${this.name}" are in flight.`, {
        headers: { 'Retry-After': '1' },
        extensions: { service: this.name },
      });
    }
    return error;
  };

  #circuitOpen({ request, resilience }: Call): Problem {
    if (request.tally) request.tally.breaker = 'open';
    return new Problem(circuitOpen, `The service "${this.name}" is failing and is given time to recover.`, {
      headers: { 'Retry-After': String(resilience.breaker.secondsToHalfOpen()) },
      extensions: { service: this.name },
    });
  }
}

/** For the log of whoever asks. */
const count = ({ request: { tally }, resilience }: Call): void => {
  if (tally === undefined) return;
  tally.attempts += 1;
  if (tally.breaker !== 'open') tally.breaker = resilience.breaker.state;
};

const REASONS = {
  unreachable: 'no connection',
  broken: 'the connection broke',
  timeout: 'no answer in time',
} as const;
