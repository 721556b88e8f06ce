/**
 * What becomes of a connection whose request was answered before its body was read. The rest is read and forgotten, so
 * that the next request on it is answered; one of which much is left ends with `Connection: close`, and is read a while
 * longer, as a reset would take the response from the client (RFC 9112 §9.6).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes that are read and forgotten. */
const MAX_DISCARDED = 8 * 1024 ** 2;
/** Milliseconds in which they have to come. */
const MAX_DISCARD_TIME = 10_000;
/** And where the connection ends anyway. */
const CLOSING_TIME = 2_000;

/** For a request that has a body, before anything is sent. */
export function discardUnreadBody(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req;
  const before = socket.bytesRead;
  const { writeHead } = res;
  const left = () => Number(req.headers['content-length'] ?? 0) - (socket.bytesRead - before);
  res.writeHead = ((...head: Parameters<typeof writeHead>) => {
    if (!req.complete) {
      if (left() > MAX_DISCARDED) res.shouldKeepAlive = false;
      // Node reads all of a body that is not touched, however long it is, and does not tell how much that was.
      req.read(0);
      closeGracefully(req, socket);
    }
    return writeHead.apply(res, head);
  }) as typeof writeHead;
  res.once('finish', () => {
    if (!req.complete && !socket.destroyed) discard(req, socket, MAX_DISCARD_TIME);
  });
}

/** In the place of what Node does after the last response of a connection, which resets it. */
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
    // Nothing more is to come, and what was sent has been taken.
    if (socket.writableEnded) socket.destroy();
  });
}
