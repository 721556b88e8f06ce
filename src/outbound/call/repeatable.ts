/** Which requests can be sent again. */
import type { OutboundRequest } from './types.ts';

/** Idempotent methods (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY']);

/** Whether a request that may have reached a service can be sent again: a stream is gone once it was read. */
export function isRepeatable({ method, headers, body }: OutboundRequest): boolean {
  if (body && !Buffer.isBuffer(body)) return false;
  return (
    IDEMPOTENT.has(method) ||
    headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'idempotency-key')
  );
}

/** Whether all of the body can still be sent, so that a request that reached no service can go to another instance. */
export const isBodyUnread = ({ body }: OutboundRequest): boolean =>
  !body || Buffer.isBuffer(body) || !(body.readableDidRead || body.destroyed);
