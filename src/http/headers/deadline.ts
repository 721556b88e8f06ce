/**
 * Until when a request is worth an answer, from hop to hop. There is no standard header for it; this one is Envoy's,
 * which those who have a mesh send and read already. It says how much time is left, as clocks differ.
 */
import type { IncomingMessage } from 'node:http';

/** Milliseconds, whole. */
export const DEADLINE_HEADER = 'x-envoy-expected-rq-timeout-ms';

const MILLISECONDS = /^\d{1,9}$/;

/**
 * @param now of `performance.now()`
 * @returns the same; Infinity where the request does not say
 */
export const deadlineOf = ({ headers }: IncomingMessage, now: number): number => {
  const remaining = headers[DEADLINE_HEADER];
  return typeof remaining === 'string' && MILLISECONDS.test(remaining)
    ? now + Number(remaining)
    : Number.POSITIVE_INFINITY;
};
