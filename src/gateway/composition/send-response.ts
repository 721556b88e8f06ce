/**
 * Sends what was put together here, compressed for clients that accept it. Reads `If-None-Match`, `Accept-Encoding`; sends
 * 304 (RFC 9110 §15.4.5) where it holds.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codedTag, compress, isFixed, VARY_BY_ENCODING } from '../../http/body/compression.ts';
import { contextOf } from '../../http/context.ts';
import { noneMatch } from '../../http/headers/etag.ts';

export interface Reply {
  readonly status: number;
  readonly bytes: Buffer;
  readonly etag?: string | undefined;
  readonly contentType: string;
  /** Name, value, …: whatever else goes with it. */
  readonly head: readonly string[];
}

export async function sendReply(req: IncomingMessage, res: ServerResponse, reply: Reply): Promise<void> {
  const { status, bytes, contentType } = reply;
  const about = { status, contentType, length: bytes.length };
  const { compression } = contextOf(req);
  const { varies = false, coding } = (!isFixed(reply.head, req) && compression?.choose(req, about)) || {};
  const etag = reply.etag && coding ? codedTag(reply.etag, coding) : reply.etag;
  const head = [...reply.head, ...(varies ? VARY_BY_ENCODING : [])];
  if (etag !== undefined) head.push('ETag', etag);
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (isRead && status === 200 && etag !== undefined && !noneMatch(req.headers['if-none-match'], etag)) {
    res.writeHead(304, head).end();
    return;
  }
  if (coding !== undefined) head.push('Content-Encoding', coding);
  const body = coding === undefined ? bytes : await compress(bytes, coding);
  res.writeHead(status, [...head, 'Content-Type', contentType, 'Content-Length', String(body.length)]);
  res.end(req.method === 'HEAD' ? undefined : body);
}
