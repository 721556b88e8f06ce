/**
 * One service that is called: its connections, its cockatiel policy, its statistics. Made at start and shared
 * by all calls, so that all of them see the same breaker. The only place that opens connections.
 */
import { BrokenCircuitError, BulkheadRejectedError } from 'cockatiel';
import { Pool } from 'undici';
import type { Policy } from '../config/policy.ts';
import { Problem } from '../contract/problem.ts';
import { circuitOpen, overloaded } from '../contract/problems.ts';
import type { UpstreamAnswer } from './answer.ts';
import { Attempt } from './attempt.ts';
import { Call, type OutboundRequest } from './call.ts';
import { CallAborted, CallFailure, problemOf } from './call-failure.ts';
import { createResilience, type Resilience } from './resilience.ts';
import { type Failure, Statistics } from './statistics.ts';

export interface TargetSnapshot {
  readonly name: string;
  readonly breaker: 'closed' | 'open' | 'half-open';
  readonly inFlight: number;
  /** Calls that wait for their turn. */
  readonly queued: number;
  readonly requests: number;
  /** Attempts that failed: no connection, no answer in time, or a 5xx. */
  readonly failures: number;
  readonly retries: number;
  /** Retries that there would have been but for their budget. */
  readonly retriesRefused: number;
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
  readonly policy: Policy;
  readonly #pool: Pool;
  readonly #resilience: Resilience;
  readonly #statistics = new Statistics();

  constructor(name: string, url: string, policy: Policy) {
    this.name = name;
    this.url = url;
    this.policy = policy;
    this.#pool = new Pool(new URL(url).origin, {
      connections: CONNECTIONS,
      // More on one connection would let a slow answer hold up the fast ones behind it.
      pipelining: 1,
      connectTimeout: policy.connectTimeout,
      headersTimeout: 0,
      bodyTimeout: policy.idleTimeout,
      allowH2: false,
    });
    this.#resilience = createResilience(policy);
  }

  /** Begins a call; `call.answer` settles with the head, `call.abort()` gives it up. */
  start(request: OutboundRequest): Call {
    const now = performance.now();
    const call = new Call(request, now + this.policy.deadline);
    this.#statistics.requests += 1;
    this.#resilience.budget.countCall(now);
    call.answer = this.#run(call);
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

  snapshot(): TargetSnapshot {
    const { breaker, slots, budget } = this.#resilience;
    const { requests, failures, inFlight, recentFailures } = this.#statistics;
    const [last] = recentFailures;
    const p50 = this.#statistics.percentile(0.5);
    const p99 = this.#statistics.percentile(0.99);
    return {
      name: this.name,
      breaker: breaker.state,
      inFlight,
      queued: this.policy.bulkhead.queued - slots.queueSlots,
      requests,
      failures,
      retries: budget.retries,
      retriesRefused: budget.refused,
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

  async #run(call: Call): Promise<UpstreamAnswer> {
    const { breaker, slots, policy } = this.#resilience;
    // One call is trying already whether the target is back; cockatiel would make the others wait for it.
    if (breaker.state === 'half-open') throw this.#circuitOpen();
    const attempt = () => this.#attempt(call);
    try {
      if (slots.executionSlots > 0) return await policy.execute(attempt);
      return await this.#inTime(call, policy.execute(attempt));
    } catch (error) {
      throw this.#toProblem(error);
    }
  }

  async #attempt(call: Call): Promise<UpstreamAnswer> {
    // Given up while it waited for its turn, which says nothing of the target.
    if (call.over) throw new CallAborted(call.over);
    const remaining = call.remaining;
    if (remaining <= 0) throw new CallFailure(call, 'timeout');
    const statistics = this.#statistics;
    const startedAt = performance.now();
    statistics.inFlight += 1;
    const attempt = new Attempt(call, Math.min(this.policy.attemptTimeout, Math.ceil(remaining)), () => {
      statistics.inFlight -= 1;
    });
    const { method, path, headers, body, operationId } = call.request;
    this.#pool.dispatch({ method, path, headers: headers as string[], body: body ?? null }, attempt);
    try {
      const answer = await attempt.head;
      statistics.recordLatency(performance.now() - startedAt);
      if (answer.status >= 500) statistics.recordFailure(`answered ${answer.status}`, operationId);
      return answer;
    } catch (error) {
      if (error instanceof CallFailure) statistics.recordFailure(REASONS[error.kind], operationId);
      throw error;
    }
  }

  /** A call that has to wait for its turn waits no longer than its deadline, and not for a caller that left. */
  #inTime(call: Call, execution: Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => call.end(new CallFailure(call, 'timeout')), Math.ceil(call.remaining));
      call.interrupt = reject;
      execution.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  #toProblem(error: unknown): unknown {
    if (error instanceof CallFailure) return problemOf(this.name, error);
    if (error instanceof BrokenCircuitError) return this.#circuitOpen();
    if (error instanceof BulkheadRejectedError) {
      return new Problem(overloaded, `Too many calls to the service "${this.name}" are in flight.`, {
        headers: { 'Retry-After': '1' },
        extensions: { service: this.name },
      });
    }
    return error;
  }

  #circuitOpen(): Problem {
    return new Problem(circuitOpen, `The service "${this.name}" is failing and is given time to recover.`, {
      headers: { 'Retry-After': String(this.#resilience.breaker.secondsToHalfOpen()) },
      extensions: { service: this.name },
    });
  }
}

const REASONS = {
  unreachable: 'no connection',
  broken: 'the connection broke',
  timeout: 'no answer in time',
} as const;
