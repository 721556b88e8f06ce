/**
 * Checks that a request has exactly one valid `Host` header (RFC 9112 §3.2, RFC 3986 §3.2.2). With two of them, the
 * hop that checks the host and the hop that responds could read different ones.
 */

import type { IncomingMessage } from 'node:http';
import { valuesOf } from '../headers/raw-headers.ts';

const HOST = /^(?:\[[\da-f.:]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/** @returns the fault; undefined where the header is valid */
export function validateHost({
  headers: { host },
  rawHeaders,
  httpVersion,
}: IncomingMessage): string | undefined {
  if (host === undefined) return httpVersion === '1.1' ? 'The Host header is missing.' : undefined;
  if (!HOST.test(host)) return 'Invalid Host header.';
  return valuesOf(rawHeaders, 'host').length > 1 ? 'The request has more than one Host header.' : undefined;
}
