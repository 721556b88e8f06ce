/**
 * Selects the headers to forward in each direction. They are copied once, from raw array to raw array. Each request comes through both
 * loops, and `eachHeader`, which calls a function for each header, would take twice their time.
 */
import type { IncomingMessage } from 'node:http';
import { isJsonType } from '../../http/body/json-type.ts';
import type { RequestContext } from '../../http/context.ts';
import { DEADLINE_HEADER } from '../../http/headers/deadline.ts';
import { appendForwarded, FORWARDED_HEADERS } from '../../http/headers/forwarded.ts';
import { HOP_BY_HOP, namedInConnection } from '../../http/headers/hop-by-hop.ts';
import { namesIn, withoutHeaders } from '../../http/headers/raw-headers.ts';
import { viaOf } from '../../http/headers/via.ts';
import { REQUEST_ID_HEADER } from '../../http/identify.ts';

/** Some servers use these to override the method or path that the gateway has checked. */
const OVERRIDES = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
];

const REPLACED_IN_REQUEST: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...FORWARDED_HEADERS,
  ...OVERRIDES,
  'host',
  REQUEST_ID_HEADER.toLowerCase(),
  'traceparent',
  DEADLINE_HEADER,
]);

/** The certificate of a client, which only a trusted proxy may pass on (RFC 9440 §2.4). */
const CLIENT_CERTIFICATE = ['client-cert', 'client-cert-chain'];

const REMOVED_FROM_CLIENTS: ReadonlySet<string> = new Set([...REPLACED_IN_REQUEST, ...CLIENT_CERTIFICATE]);

/** Headers for the service: those of the client, forwarding headers, and the ids of the request. */
export const requestHeaders = (
  req: IncomingMessage,
  context: RequestContext,
  trustProxy: boolean,
): string[] => {
  const { rawHeaders } = req;
  const named = namedInConnection(req.headers.connection);
  const removed = trustProxy ? REPLACED_IN_REQUEST : REMOVED_FROM_CLIENTS;
  const raw: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const lower = name.toLowerCase();
    if (removed.has(lower) || named.has(lower)) continue;
    // It belongs to a trace that the gateway does not continue.
    if (lower === 'tracestate' && !context.continuesTrace) continue;
    raw.push(name, rawHeaders[i + 1] as string);
  }
  appendForwarded(raw, req, trustProxy);
  raw.push('Via', viaOf(req), REQUEST_ID_HEADER, context.requestId, 'traceparent', context.traceparent);
  return raw;
};

/** These reveal the software of a service, and so its possible vulnerabilities. */
export const SOFTWARE_HEADERS: readonly string[] = [
  'server',
  'x-powered-by',
  'x-aspnet-version',
  'x-aspnetmvc-version',
];

/**
 * Adds the headers of the gateway to a response; headers of the service take precedence. Security headers are added to
 * JSON and to responses without a type. For other types, such as pages and images, only the service knows what to allow.
 */
export type ResponseHeaders = (rawHeaders: readonly string[], context: RequestContext) => string[];

/** @param dropped names of headers that are not forwarded */
export const responseHeaders = (
  added: readonly string[],
  dropped: readonly string[] = [],
): ResponseHeaders => {
  const addedNames = namesIn(added);
  const names = [...dropped, REQUEST_ID_HEADER].map((name) => name.toLowerCase());
  const omitted: ReadonlySet<string> = new Set([...HOP_BY_HOP, ...names]);
  return (rawHeaders, context) => {
    const raw: string[] = [];
    let connectionHeaders: ReadonlySet<string> | undefined;
    let ownNames: Set<string> | undefined;
    let isData = true;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] as string;
      const lower = name.toLowerCase();
      if (lower === 'connection') {
        const moreNames = namedInConnection(rawHeaders[i + 1]);
        connectionHeaders = connectionHeaders?.union(moreNames) ?? moreNames;
      }
      if (omitted.has(lower)) continue;
      if (lower === 'content-type') isData = isJsonType(rawHeaders[i + 1] as string);
      if (addedNames.has(lower)) {
        ownNames ??= new Set();
        ownNames.add(lower);
      }
      raw.push(name, rawHeaders[i + 1] as string);
    }
    const headers =
      connectionHeaders && connectionHeaders.size > 0 ? withoutHeaders(raw, connectionHeaders) : raw;
    if (isData) headers.push(...(ownNames ? withoutHeaders(added, ownNames) : added));
    headers.push(REQUEST_ID_HEADER, context.requestId);
    return headers;
  };
};
