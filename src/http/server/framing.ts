/**
 * Whether a request says where its body ends in a way that everybody reads alike (RFC 9112 §6.1). Node tells of others
 * only after the request has been handled.
 */
import type { IncomingMessage } from 'node:http';

/** @returns why it does not; undefined where it does */
export function validateFraming({ headers, httpVersion }: IncomingMessage): string | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (httpVersion !== '1.1') return 'HTTP/1.0 has no Transfer-Encoding.';
  return coding.toLowerCase() === 'chunked' ? undefined : 'Transfer-Encoding can only be chunked here.';
}
