/**
 * Makes the request and the response of `node:http` for one HTTP/2 stream. The body of the request comes from the
 * stream, with back pressure by its flow control (RFC 9113 §5.2). The response writes to a `StreamSocket`.
 */
import { IncomingMessage, type ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ListenerResponse } from '../response-head.ts';
import type { RequestHead } from './request-head.ts';
import { StreamSocket } from './stream-socket.ts';

export interface StreamExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly socket: StreamSocket;
}

/** Keeps its trailers, which `node:http` sends in chunked bodies only. */
class StreamResponse extends ListenerResponse {
  readonly trailers: string[] = [];

  override addTrailers(headers: NodeJS.Dict<string> | readonly [string, string][] | object): void {
    const entries = Array.isArray(headers) ? (headers as [string, string][]) : Object.entries(headers);
    for (const [name, value] of entries) this.trailers.push(name, String(value));
  }

  constructor(req: IncomingMessage) {
    super(req);
    // Node resets its own flag in the code of HTTP/1.1 connections.
    Object.defineProperty(this, 'writableNeedDrain', {
      get: () => this.socket?.writableNeedDrain ?? false,
    });
    // A handler may set `Transfer-Encoding` itself. The body has frames of HTTP/2 instead of chunks.
    Object.defineProperty(this, 'chunkedEncoding', { get: () => false, set: () => {} });
  }
}

export function createExchange(
  stream: ServerHttp2Stream,
  tls: TLSSocket,
  { method, url, rawHeaders, headers }: RequestHead,
): StreamExchange {
  const acceptsTrailers = /\btrailers\b/i.test(String(headers.te ?? ''));
  const socket = new StreamSocket(stream, tls, acceptsTrailers ? () => res.trailers : undefined);
  const asSocket = socket as unknown as Socket;
  const req = new IncomingMessage(asSocket);
  req.method = method;
  req.url = url;
  req.httpVersion = '2.0';
  req.httpVersionMajor = 2;
  req.httpVersionMinor = 0;
  req.rawHeaders = rawHeaders;
  req.headers = headers as IncomingMessage['headers'];
  const res = new StreamResponse(req);
  res.assignSocket(asSocket);
  socket.on('drain', () => {
    if (!res.writableEnded) res.emit('drain');
  });
  res.once('finish', () => {
    socket.end();
    // Otherwise a request whose body is not read would never end.
    req.resume();
  });
  receiveBody(stream, req, socket);
  stream.once('close', () => {
    if (!req.complete) req.destroy();
    socket.destroy();
  });
  return { req, res, socket };
}

function receiveBody(stream: ServerHttp2Stream, req: IncomingMessage, socket: StreamSocket): void {
  const complete = () => {
    if (req.complete) return;
    req.complete = true;
    if (!req.destroyed) req.push(null);
  };
  if (stream.endAfterHeaders) {
    complete();
    // Node keeps a stream that was never read for another turn, and counts it as open meanwhile.
    stream.resume();
    return;
  }
  stream.on('data', (chunk: Buffer) => {
    socket.bytesRead += chunk.length;
    if (!req.destroyed && !req.push(chunk)) socket.pause();
  });
  stream.once('trailers', (_trailers, _flags, rawTrailers?: string[]) => {
    req.rawTrailers = rawTrailers ?? [];
  });
  stream.once('end', complete);
  // Nothing is read before someone reads the request.
  socket.pause();
}
