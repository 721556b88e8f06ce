/**
 * A kept answer as a caller gets it: with its `Age` (RFC 9111 §5.1), without a body for HEAD, and as a 304 where the
 * caller has it already (§4.3.2). Reads `If-None-Match` and `If-Modified-Since` (RFC 9110 §13.1, §13.2.2).
 */
import { isNotModified, notModifiedHead } from '../../http/finish-response.ts';
import { fieldOf } from '../../http/headers/raw-headers.ts';
import { UpstreamResponse } from '../call/upstream-response.ts';
import type { CacheRequest } from './cache-request.ts';
import { CACHE_STATUS } from './cache-status.ts';
import type { StoredResponse } from './stored-response.ts';

const NO_BODY = Buffer.alloc(0);

/** @param age in seconds; undefined where it has come just now */
export function toUpstreamResponse(
  stored: StoredResponse,
  asked: CacheRequest,
  { status: said, age }: { readonly status: string; readonly age?: number | undefined },
): UpstreamResponse {
  const added = [...(age === undefined ? [] : ['Age', String(Math.floor(age))]), CACHE_STATUS, said];
  if (!isClientCopyCurrent(stored, asked))
    return UpstreamResponse.whole(
      stored.status,
      [...stored.headers, ...added],
      asked.isHead ? NO_BODY : stored.body,
    );
  return UpstreamResponse.whole(304, [...notModifiedHead(stored.headers), ...added], NO_BODY);
}

const isClientCopyCurrent = (
  { status, headers, etag, lastModified }: StoredResponse,
  asked: CacheRequest,
): boolean =>
  isNotModified(
    // Without `Last-Modified`, `Date` says when it was changed at the latest; a kept response always has it (§4.3.2).
    { status, etag: etag?.trim(), lastModified: lastModified ?? fieldOf(headers, 'date') },
    {
      isReading: true,
      ifNoneMatch: asked.field('if-none-match'),
      ifModifiedSince: asked.field('if-modified-since'),
    },
  );
