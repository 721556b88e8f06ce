/**
 * Requests that ask to switch protocols (RFC 9110 §7.8). Node hands over their connection before it is known whether the
 * switch is allowed. Here they get a response object like any other request, so that all steps of a pipeline apply to
 * them. A refusal is an ordinary response, after which the connection is closed. `accept` sends 101, and the connection
 * belongs to its caller.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ListenerResponse } from './response-head.ts';

/** Bytes that are kept of what a client sends before the response. */
const MAX_EARLY_BYTES = 65_536;

/** Milliseconds in which a client has to read a refusal. */
const REFUSAL_TIMEOUT = 1_000;

export class Upgrade {
  isAccepted = false;
  #end: (() => void) | undefined;
  #isEnding = false;
  readonly #res: ServerResponse;
  readonly #socket: Socket;
  readonly #early: Buffer[] = [];
  #earlyBytes = 0;

  /** @param head what the client sent after the head of the request */
  constructor(res: ServerResponse, socket: Socket, head: Buffer) {
    this.#res = res;
    this.#socket = socket;
    this.#collect(head);
    // A socket that is not read does not report that the client has left.
    socket.on('data', this.#collect).once('end', this.#onEnd);
    res.once('finish', this.#onRefused);
  }

  /**
   * Switches protocols. The request is over, for its log line and its metrics, when the connection closes.
   * @param rawHead headers of the 101
   * @returns the connection, paused, with all bytes that the client has sent after the request
   */
  accept(rawHead: readonly string[]): Socket {
    const socket = this.#socket;
    const res = this.#res;
    this.isAccepted = true;
    res.off('finish', this.#onRefused);
    res.writeHead(101, rawHead as string[]);
    res.flushHeaders();
    res.detachSocket(socket);
    socket.once('close', () => emitClose(res));
    socket.off('data', this.#collect).off('end', this.#onEnd).pause();
    if (this.#earlyBytes > 0) socket.unshift(Buffer.concat(this.#early.splice(0)));
    return socket;
  }

  /** @param end called when the server closes: ends the connection in an orderly way */
  onEnd(end: () => void): void {
    this.#end = end;
    if (this.#isEnding) end();
  }

  /** The server closes. */
  end(): void {
    this.#isEnding = true;
    this.#end?.();
  }

  readonly #collect = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > MAX_EARLY_BYTES) this.#socket.pause();
  };

  /** The client does not wait for the response. */
  readonly #onEnd = (): void => {
    this.#socket.destroy();
  };

  /** The refusal was sent. Whatever the client sent after the request is not read as a request. */
  readonly #onRefused = (): void => {
    const socket = this.#socket;
    this.#early.length = 0;
    socket.off('data', this.#collect).resume();
    this.#res.detachSocket(socket);
    socket.end();
    const timer = setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT).unref();
    socket.once('close', () => clearTimeout(timer));
    process.nextTick(emitClose, this.#res);
  };
}

/** Node does this for a response that it created itself. */
function emitClose(res: ServerResponse): void {
  res.destroyed = true;
  res.emit('close');
}

const UPGRADE = Symbol('upgrade');

interface WithUpgrade extends IncomingMessage {
  [UPGRADE]?: Upgrade;
}

/** @returns undefined for a request that does not ask to switch protocols */
export const upgradeOf = (req: IncomingMessage): Upgrade | undefined => (req as WithUpgrade)[UPGRADE];

/** @returns the response of a request that Node emits as `upgrade` */
export function receiveUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): ServerResponse {
  const res = new ListenerResponse(req);
  res.shouldKeepAlive = false;
  socket.setTimeout(0);
  // Without a listener, an error would end the process.
  socket.on('error', () => socket.destroy());
  res.assignSocket(socket);
  (req as WithUpgrade)[UPGRADE] = new Upgrade(res, socket, head);
  return res;
}
