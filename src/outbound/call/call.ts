/** One call to a target, over all its attempts: what is asked, until when, and how it is given up. */
import { Readable } from 'node:stream';
import type { Instance } from '../instances/instance.ts';
import { UNSAFE_PROBE_DELAY } from '../instances/load-balancer.ts';
import type { Resilience } from '../resilience/resilience.ts';
import { CallAborted, CallFailure } from './call-errors.ts';
import { isBodyUnread, isRepeatable } from './repeatable.ts';
import type { OngoingCall, OutboundRequest } from './types.ts';
import type { UpstreamResponse } from './upstream-response.ts';

/** What a call asks of the target that it is made to. */
interface CallTarget {
  /** What its caller is told of an error. */
  toProblem(error: unknown, call: Call): unknown;
  /** Whether an instance stands where it was not yet. */
  hasUntriedInstance(call: Call): boolean;
}

const NO_INSTANCES: readonly Instance[] = [];

export class Call implements OngoingCall {
  readonly request: OutboundRequest;
  /** What its operation is called by. */
  readonly resilience: Resilience;
  /** Of an instance, which it goes through. */
  readonly circuit: number;
  /** `performance.now()` after which nothing is tried any more. */
  readonly deadline: number;
  retries = 0;
  /** Where it was already, if there are several to choose from. */
  tried: readonly Instance[] = NO_INSTANCES;
  /** Milliseconds to the next attempt, decided when the last one failed. */
  delay = 0;
  /** Nothing more will come: there is nothing left to give up. */
  isComplete = false;
  abortReason: Error | undefined;
  /** Settles when the head of the answer is here; rejects with a Problem or CallAborted. */
  readonly response: Promise<UpstreamResponse>;
  /** Ends whatever is going on for this call at the moment. */
  interrupt: ((reason: Error) => void) | undefined;
  readonly #target: CallTarget;
  readonly #settle: PromiseWithResolvers<UpstreamResponse>;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    request: OutboundRequest,
    { resilience, circuit, deadline }: Pick<Call, 'resilience' | 'circuit' | 'deadline'>,
    callee: CallTarget,
  ) {
    this.request = request;
    this.resilience = resilience;
    this.circuit = circuit;
    this.deadline = deadline;
    this.#target = callee;
    this.#settle = Promise.withResolvers();
    this.response = this.#settle.promise;
  }

  /** Who caused it. */
  get client(): string | undefined {
    return this.request.client;
  }

  get isRepeatable(): boolean {
    return isRepeatable(this.request);
  }

  get isBodyUnread(): boolean {
    return isBodyUnread(this.request);
  }

  get remaining(): number {
    return this.deadline - performance.now();
  }

  hasUntriedInstance(): boolean {
    return this.#target.hasUntriedInstance(this);
  }

  /** Whether it may try an instance that was ejected, as it can be repeated elsewhere. */
  readonly canProbe = (): boolean => this.resilience.rules.couldRepeat(this);

  /** A try should be over soon, and what its caller streams takes as long as the caller likes. */
  get probeDelay(): number {
    return this.request.body instanceof Readable ? UNSAFE_PROBE_DELAY : 0;
  }

  /** No attempt goes on, and perhaps none soon: it waits no longer than its deadline, and not for a caller that left. */
  pause(): void {
    this.interrupt = this.fail;
    this.isComplete = false;
    this.#timer ??= setTimeout(() => this.end(new CallFailure(this, 'timeout')), Math.ceil(this.remaining));
  }

  /** An attempt begins, which has a timer of its own. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly succeed = (answer: UpstreamResponse): void => {
    this.#settle.resolve(answer);
  };

  /** What its caller is told of an error. */
  toProblem(error: unknown): unknown {
    return this.#target.toProblem(error, this);
  }

  readonly fail = (error: unknown): void => {
    clearTimeout(this.#timer);
    this.#settle.reject(this.toProblem(error));
  };

  /** Gives the call up, the body of its answer too; without effect when that is already here whole. */
  abort(): void {
    // Most calls are over when their caller goes, and an Error costs as much as all the rest of this file.
    if (!this.isComplete) this.end(new CallAborted());
  }

  end(reason: Error): void {
    this.abortReason ??= reason;
    this.resilience.bulkheads.for(this).removeFromQueue(this);
    this.interrupt?.(reason);
  }
}
