/** One call to a target, over all its attempts: what is asked, until when, and how it is given up. */
import { Readable } from 'node:stream';
import type { CacheOutcome } from '../http-cache/statistics.ts';
import type { Instance } from '../instances/instance.ts';
import { OVERDUE } from '../instances/load-balancer.ts';
import type { Resilience } from '../resilience/resilience.ts';
import { CallAborted, CallFailure } from './call-errors.ts';
import type { UpstreamAnswer } from './upstream-response.ts';

/** What the calls for one request come to, for the log. */
export interface Tally {
  attempts: number;
  /** State of the circuit breaker: `open` where one kept a call back; empty before the first. */
  breaker: '' | 'closed' | 'open' | 'half-open';
  /** The service that the request is for. */
  readonly service?: string;
  /** Which of its instances was asked last, where it has several. */
  instance?: string;
  /** What the cache did for the first of them; empty where there is none. */
  cache: '' | CacheOutcome;
}

export interface OutboundRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value …; without `Host`, `Content-Length` of a buffer, and hop-by-hop headers. */
  readonly headers: readonly string[];
  /** A stream is sent once at most; a buffer can be repeated. */
  readonly body?: Buffer | Readable | null | undefined;
  /** Whose it is in the contract of the target: its policy holds, where it has one, and it is told with what failed. */
  readonly operationId?: string | undefined;
  /** `performance.now()` after which nobody waits for the answer; undefined and Infinity say nothing. */
  readonly deadline?: number | undefined;
  /** Called for each interim response (RFC 9110 §15.2), with its raw headers, up to a limit. */
  readonly onInterim?: ((status: number, rawHeaders: readonly string[]) => void) | undefined;
  /** Who caused it, as an opaque name: what one client provokes opens no circuit for others. */
  readonly client?: string | undefined;
  /** Whose calls it is counted among. */
  readonly tally?: Tally | undefined;
}

/** What a call asks of the target that it is made to. */
interface Callee {
  /** What its caller is told of an error. */
  explain(error: unknown, call: Call): unknown;
  /** Whether an instance stands where it was not yet. */
  hasOther(call: Call): boolean;
}

const NOWHERE: readonly Instance[] = [];

export class Call {
  readonly request: OutboundRequest;
  /** What its operation is called by. */
  readonly resilience: Resilience;
  /** Of an instance, which it goes through. */
  readonly circuit: number;
  /** `performance.now()` after which nothing is tried any more. */
  readonly deadline: number;
  retries = 0;
  /** Where it was already, if there are several to choose from. */
  tried: readonly Instance[] = NOWHERE;
  /** Milliseconds to the next attempt, decided when the last one failed. */
  delay = 0;
  /** Nothing more will come: there is nothing left to give up. */
  done = false;
  /** Set when the call was given up, by its caller or by its deadline. */
  over: Error | undefined;
  /** Settles when the head of the answer is here; rejects with a Problem or CallAborted. */
  readonly answer: Promise<UpstreamAnswer>;
  /** Ends whatever is going on for this call at the moment. */
  interrupt: ((reason: Error) => void) | undefined;
  readonly #callee: Callee;
  readonly #settle: PromiseWithResolvers<UpstreamAnswer>;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    request: OutboundRequest,
    { resilience, circuit, deadline }: Pick<Call, 'resilience' | 'circuit' | 'deadline'>,
    callee: Callee,
  ) {
    this.request = request;
    this.resilience = resilience;
    this.circuit = circuit;
    this.deadline = deadline;
    this.#callee = callee;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
  }

  /** Who caused it. */
  get client(): string | undefined {
    return this.request.client;
  }

  get remaining(): number {
    return this.deadline - performance.now();
  }

  hasOther(): boolean {
    return this.#callee.hasOther(this);
  }

  /** Whether it may try an instance that was ejected, as it can be repeated elsewhere. */
  readonly canTry = (): boolean => this.resilience.rules.couldRepeat(this);

  /** A try should be over soon, and what its caller streams takes as long as the caller likes. */
  get patience(): number {
    return this.request.body instanceof Readable ? OVERDUE : 0;
  }

  /** No attempt goes on, and perhaps none soon: it waits no longer than its deadline, and not for a caller that left. */
  pause(): void {
    this.interrupt = this.fail;
    this.done = false;
    this.#timer ??= setTimeout(() => this.end(new CallFailure(this, 'timeout')), Math.ceil(this.remaining));
  }

  /** An attempt begins, which has a timer of its own. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly succeed = (answer: UpstreamAnswer): void => {
    this.#settle.resolve(answer);
  };

  /** What its caller is told of an error. */
  explain(error: unknown): unknown {
    return this.#callee.explain(error, this);
  }

  readonly fail = (error: unknown): void => {
    clearTimeout(this.#timer);
    this.#settle.reject(this.explain(error));
  };

  /** Gives the call up, the body of its answer too; without effect when that is already here whole. */
  abort(): void {
    // Most calls are over when their caller goes, and an Error costs as much as all the rest of this file.
    if (!this.done) this.end(new CallAborted());
  }

  end(reason: Error): void {
    this.over ??= reason;
    this.resilience.bulkheads.of(this).leave(this);
    this.interrupt?.(reason);
  }
}
