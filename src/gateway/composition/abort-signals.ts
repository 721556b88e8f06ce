/** What ends the work on an answer before it is sent: its caller leaves, or its time is over. */
import type { ServerResponse } from 'node:http';

export interface Ends {
  /** Aborted when the caller leaves. */
  readonly gone: AbortSignal;
  /** Aborted then too, and when the time is over. */
  readonly over: AbortSignal;
}

/** @param time milliseconds */
export function endsOf(res: ServerResponse, time: number): Ends {
  const gone = new AbortController();
  const over = new AbortController();
  // Not AbortSignal.timeout, which keeps whatever listens to it until the time is over, sent or not.
  const timer = setTimeout(() => over.abort(), time);
  res.once('close', () => {
    clearTimeout(timer);
    // Most answers are out by now, and each abort makes an error with a stack.
    if (res.writableFinished) return;
    gone.abort();
    over.abort();
  });
  return { gone: gone.signal, over: over.signal };
}
