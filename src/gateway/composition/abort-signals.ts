/** What ends the work on an answer before it is sent: its caller leaves, or its time is over. */
import type { ServerResponse } from 'node:http';

export interface AbortSignals {
  /** Aborted when the caller leaves. */
  readonly disconnected: AbortSignal;
  /** Aborted then too, and when the time is over. */
  readonly expired: AbortSignal;
}

/** @param time milliseconds */
export function createAbortSignals(res: ServerResponse, time: number): AbortSignals {
  const disconnected = new AbortController();
  const expired = new AbortController();
  // Not AbortSignal.timeout, which keeps whatever listens to it until the time is over, sent or not.
  const timer = setTimeout(() => expired.abort(), time);
  res.once('close', () => {
    clearTimeout(timer);
    // Most answers are out by now, and each abort makes an error with a stack.
    if (res.writableFinished) return;
    disconnected.abort();
    expired.abort();
  });
  return { disconnected: disconnected.signal, expired: expired.signal };
}
