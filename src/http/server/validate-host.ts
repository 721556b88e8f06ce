/**
 * Checks that a request has exactly one valid `Host` header (RFC 9112 §3.2, RFC 3986 §3.2.2). With two of them, the
 * hop that checks the host and the hop that responds could read different ones.
 */
import type { IncomingMessage } from 'node:http';

const HOST = /^(?:\[[\da-f.:]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/** @returns the fault; undefined where the header is valid */
export function validateHost({
  headers: { host },
  rawHeaders,
  httpVersion,
}: IncomingMessage): string | undefined {
  if (host === undefined) return httpVersion === '1.1' ? 'The Host header is missing.' : undefined;
  if (!HOST.test(host)) return 'Invalid Host header.';
  let lines = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') lines += 1;
  }
  return lines > 1 ? 'The request has more than one Host header.' : undefined;
}
