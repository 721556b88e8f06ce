/**
 * Makes the response to a request from a stored one: with its `Age` (RFC 9111 §5.1), without a body for HEAD, and as 304
 * where the client has it already (§4.3.2). Reads `If-None-Match` and `If-Modified-Since` (RFC 9110 §13.1, §13.2.2).
 */
import { isNotModified, notModifiedHead } from '../../http/finish-response.ts';
import { fieldOf } from '../../http/headers/raw-headers.ts';
import { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheRequest } from './cache-request.ts';
import { CACHE_STATUS } from './cache-status.ts';
import type { StoredResponse } from './stored-response.ts';

const NO_BODY = Buffer.alloc(0);

interface CacheHeaders {
  /** The value of `Cache-Status`. */
  readonly cacheStatus: string;
  /** In seconds; undefined for a response that the service has just sent. */
  readonly age?: number | undefined;
}

export function toUpstreamResponse(
  stored: StoredResponse,
  request: CacheRequest,
  { cacheStatus, age }: CacheHeaders,
): UpstreamResponse {
  const ageHeader = age === undefined ? [] : ['Age', String(Math.floor(age))];
  const added = [...ageHeader, CACHE_STATUS, cacheStatus];
  if (isClientCopyCurrent(stored, request))
    return UpstreamResponse.whole(304, [...notModifiedHead(stored.headers), ...added], NO_BODY);
  const body = request.isHead ? NO_BODY : stored.body;
  return UpstreamResponse.whole(stored.status, [...stored.headers, ...added], body);
}

const isClientCopyCurrent = (
  { status, headers, etag, lastModified }: StoredResponse,
  request: CacheRequest,
): boolean =>
  isNotModified(
    // Without `Last-Modified`, the resource was changed at `Date` at the latest; stored responses have it (§4.3.2).
    { status, etag: etag?.trim(), lastModified: lastModified ?? fieldOf(headers, 'date') },
    {
      isReading: true,
      ifNoneMatch: request.field('if-none-match'),
      ifModifiedSince: request.field('if-modified-since'),
    },
  );
