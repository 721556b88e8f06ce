/**
 * Sends the response of a service to the client: unchanged, or compressed if the service has `compression: on` and the
 * response is not compressed yet. Data is sent as soon as it arrives.
 *
 * Reads `Accept-Encoding`, `Cache-Control: no-transform`. Sends `Content-Encoding`, `Vary`, and the ETag of the
 * compressed representation.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import {
  addCodingToTag,
  compress,
  compressedHeaders,
  compressor,
  forbidsTransform,
  VARY_BY_ENCODING,
  withCodedTags,
} from '../../http/body/compression.ts';
import { contextOf } from '../../http/context.ts';
import { CallAborted } from '../../outbound/call/call-errors.ts';
import { MAX_BUFFERED_BYTES, type UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import { exchangeOf } from '../exchange.ts';

/** @param headers raw headers to send */
export type SendUpstreamResponse = (
  response: UpstreamResponse,
  req: IncomingMessage,
  res: ServerResponse,
  headers: readonly string[],
) => void | Promise<void>;

/** @param compressed names of the services whose responses are compressed */
export function createResponseSender(compressed: ReadonlySet<string>): SendUpstreamResponse {
  if (compressed.size === 0) return sendAsIs;
  return (response, req, res, headers) =>
    compressed.has(exchangeOf(req).operation.service)
      ? sendCompressed(response, req, res, headers)
      : response.pipe(res, headers);
}

const sendAsIs: SendUpstreamResponse = (response, _req, res, headers) => response.pipe(res, headers);

const NOT_MODIFIED = 304;
const MAX_LISTENERS = 20;

async function sendCompressed(
  response: UpstreamResponse,
  req: IncomingMessage,
  res: ServerResponse,
  headers: readonly string[],
): Promise<void> {
  const { compression } = contextOf(req);
  const { status } = response;
  if (status === NOT_MODIFIED) return response.pipe(res, withCodedTag(response.header('etag'), req, headers));
  const contentLength = response.header('content-length');
  const length = contentLength === undefined ? undefined : Number(contentLength);
  const description = { status, contentType: response.header('content-type'), length };
  const choice = forbidsTransform(response.rawHeaders, req)
    ? undefined
    : compression?.choose(req, description);
  const varied = choice?.varies ? [...headers, ...VARY_BY_ENCODING] : headers;
  const coding = choice?.coding;
  if (coding === undefined) return response.pipe(res, varied);
  const coded = compressedHeaders(varied, coding);
  // There is no body to compress.
  if (req.method === 'HEAD') return response.pipe(res, coded);
  const body =
    length !== undefined && length <= MAX_BUFFERED_BYTES
      ? await response.peek(MAX_BUFFERED_BYTES)
      : undefined;
  if (res.destroyed) return response.abort(new CallAborted());
  if (body !== undefined) {
    const compressed = await compress(body, coding);
    res.writeHead(status, [...coded, 'Content-Length', String(compressed.length)]).end(compressed);
    return;
  }
  res.writeHead(status, coded);
  res.flushHeaders();
  // Each step of a request and each stream here may listen for its end.
  res.setMaxListeners(MAX_LISTENERS);
  // If the stream fails, only a closed connection tells the client that the body is incomplete.
  pipeline(response.stream(), compressor(coding), res, (error) => error && res.destroy());
}

/** A 304 for a compressed representation has the tag that the client knows (RFC 9110 §15.4.5). */
export function withCodedTag(
  etag: string | undefined,
  req: IncomingMessage,
  headers: readonly string[],
): readonly string[] {
  const coding = contextOf(req).compression?.codingFor(req);
  const tags = req.headers['if-none-match'];
  if (coding === undefined || etag === undefined || !tags?.includes(opaque(addCodingToTag(etag, coding))))
    return headers;
  return [...withCodedTags(headers, coding), ...VARY_BY_ENCODING];
}

const opaque = (etag: string): string => etag.trim().replace(/^W\//, '');
