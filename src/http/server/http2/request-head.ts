/**
 * Turns the head of an HTTP/2 request into the head of an HTTP/1.1 request (RFC 9113 §8.3.1): pseudo-header fields
 * become method, target and `Host`, and are never seen by other code. nghttp2 has rejected malformed requests before:
 * unknown, missing or repeated pseudo-header fields, fields of a connection, names in upper case, and control
 * characters.
 */
import { maxHeaderSize } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http2';

export interface RequestHead {
  readonly method: string;
  readonly url: string;
  /** Name, value, name, value … without pseudo-header fields. */
  readonly rawHeaders: string[];
  readonly headers: Record<string, string | string[] | undefined>;
  /** Why the request gets 400. */
  readonly fault: string | undefined;
  /** Whether the head is larger than over HTTP/1.1; the request gets 431. */
  readonly isTooLarge: boolean;
}

/** Bytes that `: ` and the line break of a field have in HTTP/1.1. */
const FIELD_OVERHEAD = 4;

/** @param hasBody whether the head does not end the request */
export function requestHeadOf(
  received: IncomingHttpHeaders,
  rawReceived: readonly string[],
  hasBody: boolean,
): RequestHead {
  const rawHeaders: string[] = [];
  const hosts: string[] = [];
  const cookies: string[] = [];
  let size = 0;
  for (let i = 0; i < rawReceived.length; i += 2) {
    const name = rawReceived[i] as string;
    const value = rawReceived[i + 1] as string;
    size += name.length + value.length + FIELD_OVERHEAD;
    if (name.startsWith(':')) continue;
    if (name === 'host') hosts.push(value);
    else if (name === 'cookie') cookies.push(value);
    else rawHeaders.push(name, value);
  }
  const headers = withoutPseudoHeaders(received);
  const { ':authority': authority, ':scheme': scheme } = received;
  const host = authority ?? hosts[0];
  if (host !== undefined) {
    rawHeaders.unshift('Host', host);
    headers.host = host;
  }
  // HTTP/1.1 has one line of cookies (RFC 9113 §8.2.3).
  if (cookies.length > 0) {
    const cookie = cookies.join('; ');
    rawHeaders.push('Cookie', cookie);
    headers.cookie = cookie;
  }
  // A body without a length ends with the stream, as a chunked one ends with its last chunk.
  if (hasBody && headers['content-length'] === undefined) {
    rawHeaders.push('Transfer-Encoding', 'chunked');
    headers['transfer-encoding'] = 'chunked';
  }
  return {
    method: received[':method'] ?? '',
    url: received[':path'] ?? '',
    rawHeaders,
    headers,
    fault: schemeFault(scheme) ?? hostFault(host, hosts),
    isTooLarge: size > maxHeaderSize,
  };
}

function withoutPseudoHeaders(received: IncomingHttpHeaders): RequestHead['headers'] {
  const headers: Record<string, string | string[] | undefined> = Object.create(null);
  for (const name in received) if (!name.startsWith(':')) headers[name] = received[name];
  return headers;
}

/** CONNECT has no scheme (RFC 9113 §8.5). */
const schemeFault = (scheme: string | undefined): string | undefined =>
  scheme === undefined || /^https?$/i.test(scheme) ? undefined : 'The scheme is neither https nor http.';

/** A host besides `:authority` has to be the same (RFC 9113 §8.3.1). */
function hostFault(host: string | undefined, hosts: readonly string[]): string | undefined {
  if (host === undefined) return 'The request has neither :authority nor a Host header.';
  if (hosts.length > 1) return 'The request has more than one Host header.';
  return hosts.length === 1 && hosts[0]?.toLowerCase() !== host.toLowerCase()
    ? 'The Host header differs from :authority.'
    : undefined;
}
