/**
 * Checks that all recipients read the same end of a body (RFC 9112 §6.1). Node reports other framing only after the
 * request has been handled.
 */
import type { IncomingMessage } from 'node:http';

/** @returns the fault; undefined where the framing is valid */
export function validateFraming({ headers, httpVersion }: IncomingMessage): string | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  // Over HTTP/2 the server itself adds the field where a body has no length.
  if (httpVersion === '2.0') return undefined;
  if (httpVersion !== '1.1') return 'HTTP/1.0 requests cannot use Transfer-Encoding.';
  return coding.toLowerCase() === 'chunked' ? undefined : 'The only supported Transfer-Encoding is chunked.';
}
