/** The interface through which the gateway calls a service, with or without a cache in front of it. */

import type { OutboundRequest } from './call/types.ts';
import type { UpstreamResponse } from './call/upstream-response.ts';

export interface PendingCall {
  /** Settles with the head of the response; rejects with a Problem, or with CallAborted after `abort`. */
  readonly response: Promise<UpstreamResponse>;
  /** Gives up the call, and the body of its response. */
  abort(): void;
}

export interface Upstream {
  start(request: OutboundRequest): PendingCall;
  /** Settles with the response, whatever its status; rejects with a Problem, or with CallAborted when `signal` fires. */
  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamResponse>;
}

/** By the names of the services. */
export type Upstreams = ReadonlyMap<string, Upstream>;

/** Waits for the response of a call, and aborts the call when `signal` fires. */
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
