/** Who calls a service, and what it has of each call. */

import type { OutboundRequest } from './call/types.ts';
import type { UpstreamAnswer } from './call/upstream-response.ts';

export interface Outgoing {
  /** Settles with the head; rejects with a Problem, or CallAborted when it is given up. */
  readonly answer: Promise<UpstreamAnswer>;
  /** Gives it up, the body of its answer too. */
  abort(): void;
}

export interface Caller {
  start(request: OutboundRequest): Outgoing;
  /** The answer, whatever its status; rejects with a Problem, or CallAborted when `signal` fires. */
  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamAnswer>;
}

/** By the name of the service. */
export type Callers = ReadonlyMap<string, Caller>;

export async function untilAborted(call: Outgoing, signal?: AbortSignal): Promise<UpstreamAnswer> {
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
