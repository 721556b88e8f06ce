/** Asks whether a kept answer is still good (RFC 9111 §4.3), and takes over what the answer to that says (§3.2). */
import { fieldOf, without } from '../../http/headers/raw-headers.ts';
import type { OutboundRequest } from '../call/types.ts';
import type { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheRequest } from './cache-request.ts';
import { listMembers } from './directives.ts';
import { type ExchangeTiming, initialAgeOf, StoredResponse, storedHeaders } from './stored-response.ts';

const CONDITIONS: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since']);

/** They say how the body is that was kept. */
const BODY_FIELDS: ReadonlySet<string> = new Set([
  ...['content-encoding', 'content-length', 'content-range', 'content-type', 'etag'],
]);

/** The request with our condition instead of the caller's, which is looked at when the answer is known. */
export function toConditionalRequest(
  request: OutboundRequest,
  { etag, lastModified }: StoredResponse,
): OutboundRequest {
  const headers = without(request.headers, CONDITIONS);
  if (etag !== undefined) headers.push('If-None-Match', etag);
  if (lastModified !== undefined) headers.push('If-Modified-Since', lastModified);
  return { ...request, headers };
}

/** Whether a 304 speaks of what is kept: one that names no other (§4.3.3). */
export function isConfirmedBy(
  { rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>,
  stored: StoredResponse,
): boolean {
  const etag = fieldOf(rawHeaders, 'etag');
  return etag === undefined || stored.etag === undefined || opaqueTag(etag) === opaqueTag(stored.etag);
}

/** Whether the head that HEAD got is of the body that is kept (§4.3.5). */
export function isSameBody(
  { rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>,
  stored: StoredResponse,
): boolean {
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const now = fieldOf(rawHeaders, name);
    return now === undefined || now === fieldOf(stored.headers, name);
  });
}

/** What is kept, with the fields of a newer head (§3.2). */
export function updateStoredResponse(
  stored: StoredResponse,
  { rawHeaders }: Pick<UpstreamResponse, 'rawHeaders'>,
  asked: CacheRequest,
  timing: ExchangeTiming,
): StoredResponse {
  const { status, body } = stored;
  const news = without(storedHeaders(rawHeaders, timing.receivedAt), BODY_FIELDS);
  const names = new Set(news.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  const headers = [...without(stored.headers, names), ...news];
  return new StoredResponse({
    ...{ status, body, headers, receivedAt: timing.receivedAt },
    selecting: asked.selecting(listMembers(fieldOf(headers, 'vary'))),
    initialAge: initialAgeOf(rawHeaders, timing),
  });
}

const opaqueTag = (etag: string): string => etag.replace(/^\s*W\//, '').trim();
