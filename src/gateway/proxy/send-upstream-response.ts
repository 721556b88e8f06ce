/**
 * Sends the response of a service on: as it came, or compressed where its service has `compression: on` and did not
 * compress it itself. What arrives bit by bit goes on so.
 *
 * Reads `Accept-Encoding`, `Cache-Control: no-transform`. Sends `Content-Encoding`, `Vary`, and the ETag of what it made.
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

/** @param head raw, as it goes on */
export type PassOn = (
  answer: UpstreamResponse,
  req: IncomingMessage,
  res: ServerResponse,
  head: readonly string[],
) => void | Promise<void>;

/** @param compressed names of the services whose responses are compressed */
export function passOnOf(compressed: ReadonlySet<string>): PassOn {
  if (compressed.size === 0) return pipe;
  return (answer, req, res, head) =>
    compressed.has(exchangeOf(req).operation.service)
      ? passOnCompressed(answer, req, res, head)
      : answer.pipe(res, head);
}

const pipe: PassOn = (answer, _req, res, head) => answer.pipe(res, head);

const NOT_MODIFIED = 304;
const MOST_LISTENERS = 20;

async function passOnCompressed(
  answer: UpstreamResponse,
  req: IncomingMessage,
  res: ServerResponse,
  head: readonly string[],
): Promise<void> {
  const { compression } = contextOf(req);
  const { status } = answer;
  if (status === NOT_MODIFIED) return answer.pipe(res, codedAs(answer.header('etag'), req, head));
  const given = answer.header('content-length');
  const length = given === undefined ? undefined : Number(given);
  const about = { status, contentType: answer.header('content-type'), length };
  const choice = forbidsTransform(answer.rawHeaders, req) ? undefined : compression?.choose(req, about);
  const varied = choice?.varies ? [...head, ...VARY_BY_ENCODING] : head;
  const coding = choice?.coding;
  if (coding === undefined) return answer.pipe(res, varied);
  const coded = compressedHeaders(varied, coding);
  // It has no body that could be compressed.
  if (req.method === 'HEAD') return answer.pipe(res, coded);
  const whole =
    length !== undefined && length <= MAX_BUFFERED_BYTES ? await answer.peek(MAX_BUFFERED_BYTES) : undefined;
  if (res.destroyed) return answer.abort(new CallAborted());
  if (whole !== undefined) {
    const body = await compress(whole, coding);
    res.writeHead(status, [...coded, 'Content-Length', String(body.length)]).end(body);
    return;
  }
  res.writeHead(status, coded);
  res.flushHeaders();
  // Each step of a request may listen for its end, and so does each stream here.
  res.setMaxListeners(MOST_LISTENERS);
  // Where it breaks off, only a cut connection tells that the body is not whole.
  pipeline(answer.stream(), compressor(coding), res, (error) => error && res.destroy());
}

/** What a client has that has it compressed is confirmed by the tag that it knows (RFC 9110 §15.4.5). */
export function codedAs(
  etag: string | undefined,
  req: IncomingMessage,
  head: readonly string[],
): readonly string[] {
  const coding = contextOf(req).compression?.codingFor(req);
  const tags = req.headers['if-none-match'];
  if (coding === undefined || etag === undefined || !tags?.includes(opaque(addCodingToTag(etag, coding))))
    return head;
  return [...withCodedTags(head, coding), ...VARY_BY_ENCODING];
}

const opaque = (etag: string): string => etag.trim().replace(/^W\//, '');
