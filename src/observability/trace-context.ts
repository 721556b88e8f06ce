/**
 * W3C Trace Context: validates the `traceparent` of a request, and creates a new one for a missing or invalid one
 * (§3.2.2.3). Without tracing it is forwarded unchanged.
 */
import { randomFillSync } from 'node:crypto';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const isTraceparent = (value: string | undefined): value is string =>
  value !== undefined && TRACEPARENT.test(value);

/** Length of trace id and parent id together. */
const ID_BYTES = 24;
/** Random bytes are generated in large amounts, because each call is expensive. */
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/**
 * Creates a trace context marked as sampled, so that the next hop decides about sampling as for a request without
 * one.
 */
export const newTraceparent = (): string => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + ID_BYTES);
  used += ID_BYTES;
  return `00-${random.slice(0, 32)}-${random.slice(32)}-01`;
};
