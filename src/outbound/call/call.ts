/** One call to a target over all its attempts: the request, its deadline, and how the call is given up. */
import { Readable } from 'node:stream';
import type { Instance } from '../instances/instance.ts';
import { UNSAFE_PROBE_DELAY } from '../instances/load-balancer.ts';
import type { Resilience } from '../resilience/resilience.ts';
import { CallAborted, CallFailure } from './call-errors.ts';
import { isBodyUnread, isRepeatable } from './repeatable.ts';
import type { OngoingCall, OutboundRequest } from './types.ts';
import type { UpstreamResponse } from './upstream-response.ts';

/** As much of a target as its calls need. */
interface CallTarget {
  /** Turns an error into the Problem that the client gets. */
  toProblem(error: unknown, call: Call): unknown;
  /** Whether an instance that the call has not tried yet is available. */
  hasUntriedInstance(call: Call): boolean;
}

const NO_INSTANCES: readonly Instance[] = [];

export class Call implements OngoingCall {
  readonly request: OutboundRequest;
  /** The policies of the call's operation. */
  readonly resilience: Resilience;
  /** The circuit of an instance that the call goes through. */
  readonly circuit: number;
  /** `performance.now()` after which no attempt begins. */
  readonly deadline: number;
  retries = 0;
  /** The instances that were tried, if the target has several. */
  tried: readonly Instance[] = NO_INSTANCES;
  /** Milliseconds to the next attempt, decided when the last one failed. */
  delay = 0;
  /** Whether the response has arrived, so that there is nothing left to give up. */
  isComplete = false;
  abortReason: Error | undefined;
  /** Settles with the head of the response; rejects with a Problem or CallAborted. */
  readonly response: Promise<UpstreamResponse>;
  /** Ends the current attempt or pause. */
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

  /** Whether the call may be a half-open probe, since it can be repeated at another instance. */
  readonly canProbe = (): boolean => this.resilience.rules.couldRepeat(this);

  /** Non-streaming calls are preferred as half-open probes: an upload may run indefinitely. */
  get probeDelay(): number {
    return this.request.body instanceof Readable ? UNSAFE_PROBE_DELAY : 0;
  }

  /** Waits between attempts, until the deadline at the latest, or until the call is aborted. */
  pause(): void {
    this.interrupt = this.fail;
    this.isComplete = false;
    this.#timer ??= setTimeout(() => this.end(new CallFailure(this, 'timeout')), Math.ceil(this.remaining));
  }

  /** Ends the pause, since an attempt has a timer of its own. */
  resume(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly succeed = (response: UpstreamResponse): void => {
    this.#settle.resolve(response);
  };

  toProblem(error: unknown): unknown {
    return this.#target.toProblem(error, this);
  }

  readonly fail = (error: unknown): void => {
    clearTimeout(this.#timer);
    this.#settle.reject(this.toProblem(error));
  };

  /** Gives up the call, and the body of its response; has no effect when the whole response has arrived. */
  abort(): void {
    // Most calls are complete when their client leaves, and an Error costs as much as the rest of this file.
    if (!this.isComplete) this.end(new CallAborted());
  }

  end(reason: Error): void {
    this.abortReason ??= reason;
    this.resilience.bulkheads.for(this).removeFromQueue(this);
    this.interrupt?.(reason);
  }
}
