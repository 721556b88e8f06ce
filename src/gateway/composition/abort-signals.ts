/** Signals that end the composition of a response early: the client disconnects, or the time limit expires. */
import type { ServerResponse } from 'node:http';

export interface AbortSignals {
  /** Aborted when the client disconnects. */
  readonly disconnected: AbortSignal;
  /** Aborted when the client disconnects or the time limit expires. */
  readonly expired: AbortSignal;
}

/** @param time milliseconds */
export function createAbortSignals(res: ServerResponse, time: number): AbortSignals {
  const disconnected = new AbortController();
  const expired = new AbortController();
  // AbortSignal.timeout would keep its listeners in memory until the timeout, even after the response is sent.
  const timer = setTimeout(() => expired.abort(), time);
  res.once('close', () => {
    clearTimeout(timer);
    // Most responses are sent by now, and each abort creates an error with a stack.
    if (res.writableFinished) return;
    disconnected.abort();
    expired.abort();
  });
  return { disconnected: disconnected.signal, expired: expired.signal };
}
