/**
 * Handles a connection whose response was sent before the request body was read. The rest of the body is discarded,
 * so that the next request on the connection can be handled. Where much is left, the response has `Connection:
 * close`, and the connection is read for a while longer, because a reset could destroy the response on its way to
 * the client (RFC 9112 §9.6).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onHead } from './response-head.ts';

/** Maximum number of bytes that are discarded. */
const MAX_DISCARDED = 8 * 1024 ** 2;
/** Milliseconds in which they have to arrive. */
const MAX_DISCARD_TIME = 10_000;
/** The same for a connection that is about to close. */
const CLOSING_TIME = 2_000;

/** Call it for requests with a body, before anything is sent. */
export function discardUnreadBody(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req;
  const before = socket.bytesRead;
  const left = () => Number(req.headers['content-length'] ?? 0) - (socket.bytesRead - before);
  onHead(res, () => {
    if (req.complete) return;
    if (left() > MAX_DISCARDED) res.shouldKeepAlive = false;
    // Node reads an untouched body to its end, whatever its length, and does not report how much that was.
    req.read(0);
    closeGracefully(req, socket);
  });
  res.once('finish', () => {
    if (!req.complete && !socket.destroyed) discard(req, socket, MAX_DISCARD_TIME);
  });
}

/** Replaces the way Node closes a connection after its last response, which resets it. */
function closeGracefully(req: IncomingMessage, socket: Socket): void {
  const own = socket.destroySoon;
  socket.destroySoon = () => {
    socket.destroySoon = own;
    if (req.complete) return socket.destroySoon();
    socket.end();
    discard(req, socket, CLOSING_TIME);
  };
}

function discard(req: IncomingMessage, socket: Socket, milliseconds: number): void {
  const timer = setTimeout(() => socket.destroy(), milliseconds).unref();
  let bytes = 0;
  req.unpipe();
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DISCARDED) socket.destroy();
  });
  req.resume();
  req.once('close', () => {
    clearTimeout(timer);
    // The body has arrived, and the client has read the response.
    if (socket.writableEnded) socket.destroy();
  });
}
