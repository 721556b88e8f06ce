/**
 * Whether a request says for whom it is, once, and in a form that can be a host (RFC 9112 §3.2, RFC 3986 §3.2.2). With
 * two lines of `Host`, whoever checks may look at one and whoever answers at the other.
 */
import type { IncomingMessage } from 'node:http';

const HOST = /^(?:\[[\da-f.:]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/** @returns why it does not; undefined where it does */
export function validateHost({
  headers: { host },
  rawHeaders,
  httpVersion,
}: IncomingMessage): string | undefined {
  if (host === undefined) return httpVersion === '1.1' ? 'Host is missing.' : undefined;
  if (!HOST.test(host)) return 'Host is no host with or without a port.';
  let lines = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') lines += 1;
  }
  return lines > 1 ? 'Host is there more than once.' : undefined;
}
