/**
 * W3C Trace Context: a request's `traceparent`, or a new one where there is none or a broken one (§3.2.2.3
 * asks to start anew then). Where nobody traces, it goes on as it came.
 */
import { randomFillSync } from 'node:crypto';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const isTraceparent = (value: string | undefined): value is string =>
  value !== undefined && TRACEPARENT.test(value);

/** Trace id and parent id. */
const ID_BYTES = 24;
/** Random bytes are cheap by the thousand only. */
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** Marked as sampled, so that whoever traces behind us decides as for a request that came without. */
export const newTraceparent = (): string => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + ID_BYTES);
  used += ID_BYTES;
  return `00-${random.slice(0, 32)}-${random.slice(32)}-01`;
};
