/**
 * The deadline of a request, passed from hop to hop. There is no standard header for it. This one is from Envoy,
 * and service meshes already send and read it. It contains the remaining time, because clocks differ.
 */
import type { IncomingMessage } from 'node:http';

/** The value is a whole number of milliseconds. */
export const DEADLINE_HEADER = 'x-envoy-expected-rq-timeout-ms';

const MILLISECONDS = /^\d{1,9}$/;

/**
 * @param now a time of `performance.now()`
 * @returns the deadline on the same clock; Infinity without the header
 */
export const deadlineOf = ({ headers }: IncomingMessage, now: number): number => {
  const remaining = headers[DEADLINE_HEADER];
  return typeof remaining === 'string' && MILLISECONDS.test(remaining)
    ? now + Number(remaining)
    : Number.POSITIVE_INFINITY;
};
