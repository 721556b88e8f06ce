/** Validates stored responses with the service (RFC 9111 §4.3), and updates them with the headers of its response (§3.2). */
import { fieldOf, namesIn, withoutHeaders } from '../../http/headers/raw-headers.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheRequest } from './cache-request.ts';
import { listMembers } from './directives.ts';
import { type ExchangeTiming, initialAgeOf, StoredResponse, storedHeaders } from './stored-response.ts';

const CONDITIONS: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since']);

/** Fields that describe the stored body, so that a newer head does not change them. */
const BODY_FIELDS: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'etag',
]);

/** The request with the cache's conditions; those of the client are evaluated when the response is known. */
export function toConditionalRequest(
  request: OutboundRequest,
  { etag, lastModified }: StoredResponse,
): OutboundRequest {
  const headers = withoutHeaders(request.headers, CONDITIONS);
  if (etag !== undefined) headers.push('If-None-Match', etag);
  if (lastModified !== undefined) headers.push('If-Modified-Since', lastModified);
  return { ...request, headers };
}

/** Whether a 304 confirms the stored response: it does unless it names another entity tag (§4.3.3). */
export function isConfirmedBy(
  { rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>,
  stored: StoredResponse,
): boolean {
  const etag = fieldOf(rawHeaders, 'etag');
  return etag === undefined || stored.etag === undefined || opaqueTag(etag) === opaqueTag(stored.etag);
}

/** Whether the response to a HEAD request describes the stored body (§4.3.5). */
export function isSameBody(
  { rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>,
  stored: StoredResponse,
): boolean {
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const value = fieldOf(rawHeaders, name);
    return value === undefined || value === fieldOf(stored.headers, name);
  });
}

/** The stored response with the fields of a newer head (§3.2). */
export function updateStoredResponse(
  stored: StoredResponse,
  { rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>,
  request: CacheRequest,
  timing: ExchangeTiming,
): StoredResponse {
  const newHeaders = withoutHeaders(storedHeaders(rawHeaders, timing.receivedAt), BODY_FIELDS);
  const headers = [...withoutHeaders(stored.headers, namesIn(newHeaders)), ...newHeaders];
  return new StoredResponse({
    status: stored.status,
    body: stored.body,
    headers,
    receivedAt: timing.receivedAt,
    selecting: request.selecting(listMembers(fieldOf(headers, 'vary'))),
    initialAge: initialAgeOf(rawHeaders, timing),
  });
}

/** For the weak comparison (RFC 9110 §8.8.3.2). */
const opaqueTag = (etag: string): string => etag.replace(/^\s*W\//, '').trim();
