/** Who calls a service, and what it has of each call. */

import type { OutboundRequest } from './call/types.ts';
import type { UpstreamResponse } from './call/upstream-response.ts';

export interface PendingCall {
  /** Settles with the head; rejects with a Problem, or CallAborted when it is given up. */
  readonly response: Promise<UpstreamResponse>;
  /** Gives it up, the body of its answer too. */
  abort(): void;
}

export interface Upstream {
  start(request: OutboundRequest): PendingCall;
  /** The answer, whatever its status; rejects with a Problem, or CallAborted when `signal` fires. */
  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamResponse>;
}

/** By the name of the service. */
export type Upstreams = ReadonlyMap<string, Upstream>;

export async function awaitResponse(call: PendingCall, signal?: AbortSignal): Promise<UpstreamResponse> {
  if (!signal) return call.response;
  const abort = () => call.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await call.response;
  } catch (error) {
    signal.removeEventListener('abort', abort);
    throw error;
  }
}
