/**
 * W3C Trace Context: a request's `traceparent`, or a new one where there is none or a broken one (§3.2.2.3
 * asks to start anew then). It goes on as it came: the hops make no spans of their own.
 */
import { randomUUID } from 'node:crypto';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const isTraceparent = (value: string | undefined): value is string =>
  value !== undefined && TRACEPARENT.test(value);

/** Marked as sampled, so that whoever traces behind us decides as for a request that came without. */
export const newTraceparent = (): string => {
  const random = (randomUUID() + randomUUID()).replaceAll('-', '');
  return `00-${random.slice(0, 32)}-${random.slice(32, 48)}-01`;
};
