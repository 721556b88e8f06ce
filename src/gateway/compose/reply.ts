/** Sends what was put together here. Reads `If-None-Match`; sends 304 (RFC 9110 §15.4.5) where it holds. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { noneMatch } from '../../http/etag.ts';

export interface Reply {
  readonly status: number;
  readonly bytes: Buffer;
  readonly etag?: string | undefined;
  readonly contentType: string;
  /** Name, value, …: whatever else goes with it. */
  readonly head: readonly string[];
}

export function sendReply(req: IncomingMessage, res: ServerResponse, reply: Reply): void {
  const { status, bytes, etag, contentType } = reply;
  const head = etag === undefined ? reply.head : [...reply.head, 'ETag', etag];
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (isRead && status === 200 && etag !== undefined && !noneMatch(req.headers['if-none-match'], etag)) {
    res.writeHead(304, [...head]).end();
    return;
  }
  res.writeHead(status, [...head, 'Content-Type', contentType, 'Content-Length', String(bytes.length)]);
  res.end(req.method === 'HEAD' ? undefined : bytes);
}
