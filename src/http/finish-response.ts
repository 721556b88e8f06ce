/**
 * Sends a response with a body, wherever it was created: compressed where the client accepts it, with its entity
 * tag, as a 304 where the client has the representation already, and without a body for HEAD.
 *
 * Reads `If-None-Match`, `If-Modified-Since` (RFC 9110 §13.1), `Accept-Encoding` (§12.5.3). Sends `ETag` (§8.8.3),
 * `Content-Type`, `Content-Length`, `Content-Encoding`, `Vary`, and 304 (§15.4.5).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Coding } from '../config/compression.ts';
import { addCodingToTag, compress, forbidsTransform, VARY_BY_ENCODING } from './body/compression.ts';
import { findContext } from './context.ts';
import { passesIfNoneMatch } from './headers/etag.ts';
import { parseHttpDate } from './headers/http-date.ts';
import { withoutHeaders } from './headers/raw-headers.ts';

export interface FinishedResponse {
  readonly status: number;
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly etag?: string | undefined;
  /** Raw array of all other headers. They are sent with a 304 too. */
  readonly head: readonly string[];
  /** Returns a cached compressed body. Without it the body is compressed for each response. */
  readonly compressed?: (coding: Coding) => Buffer | Promise<Buffer>;
}

export function finishResponse(
  req: IncomingMessage,
  res: ServerResponse,
  response: FinishedResponse,
): void | Promise<void> {
  const { status, bytes, contentType, compressed } = response;
  const summary = { status, contentType, length: bytes.length };
  const choice = forbidsTransform(response.head, req)
    ? undefined
    : findContext(req)?.compression?.choose(req, summary);
  const { varies = false, coding } = choice ?? {};
  const etag = response.etag && coding ? addCodingToTag(response.etag, coding) : response.etag;
  const head = varies ? [...response.head, ...VARY_BY_ENCODING] : [...response.head];
  if (etag !== undefined) head.push('ETag', etag);
  if (isNotModified({ status, etag }, conditionsOf(req))) {
    res.writeHead(304, head).end();
    return;
  }
  head.push('Content-Type', contentType);
  const end = (body: Buffer): void => {
    res.writeHead(status, [...head, 'Content-Length', String(body.length)]);
    res.end(req.method === 'HEAD' ? undefined : body);
  };
  if (coding === undefined) return end(bytes);
  head.push('Content-Encoding', coding);
  const body = compressed ? compressed(coding) : compress(bytes, coding);
  return Buffer.isBuffer(body) ? end(body) : body.then(end);
}

/** The conditions of a request, which describe the representation that the client has. */
export interface Conditions {
  readonly isReading: boolean;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince?: string | undefined;
}

export const conditionsOf = ({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): Conditions => ({
  isReading: method === 'GET' || method === 'HEAD',
  ifNoneMatch: headers['if-none-match'],
  ifModifiedSince: headers['if-modified-since'],
});

/** The validators of a response. */
export interface Validators {
  readonly status: number;
  readonly etag: string | undefined;
  readonly lastModified?: string | undefined;
}

/**
 * Whether the client has the current representation (RFC 9110 §13.2.2). The entity tag takes precedence over the
 * date.
 */
export function isNotModified(
  { status, etag, lastModified }: Validators,
  { isReading, ifNoneMatch, ifModifiedSince }: Conditions,
): boolean {
  if (!isReading || status !== 200) return false;
  if (ifNoneMatch !== undefined) return !passesIfNoneMatch(ifNoneMatch, etag?.trim() ?? '');
  const since = parseHttpDate(ifModifiedSince);
  const changed = parseHttpDate(lastModified);
  return since !== undefined && changed !== undefined && changed <= since;
}

/** Headers that describe the content, which a 304 does not have (RFC 9110 §15.4.5). */
const CONTENT_HEADERS: ReadonlySet<string> = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
]);

/** The raw headers of a response, reduced to those of a 304. */
export const notModifiedHead = (head: readonly string[]): string[] => withoutHeaders(head, CONTENT_HEADERS);
