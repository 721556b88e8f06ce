/**
 * The connections of a server: how many there are, how many requests of one are handled at once, and how they end.
 *
 * Where there are too many, one on which nothing is asked makes room; where each is busy, the new one gets 503. Requests
 * that are sent before earlier ones are answered (RFC 9112 §9.3.2) wait in order, and no more is read meanwhile.
 *
 * From `drain` on each response says that it is the last of its connection (`Connection: close`, RFC 9112 §9.6): clients
 * that keep connections alive open the next one elsewhere, and nothing is sent into one that is being closed. `end` is
 * for what did not finish in time: 503 where nothing is sent yet, the end of an event stream, and a cut for any other
 * body, which must not look whole.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionLimits } from '../../config/limits.ts';
import { overloaded, shuttingDown } from '../../contract/problems.ts';
import { isEventStream } from '../event-stream.ts';
import { sendRawProblem } from '../problems/raw-problem.ts';
import { defaultConnections } from './open-files.ts';

/** Seconds; by then a balancer asks another one. */
const RETRY_AFTER = { 'Retry-After': '1' };

/** Connections that are told that there are too many, at once; more are closed without a word. */
const MAX_REJECTED = 100;
/** Milliseconds in which one that is refused has to ask for something. */
const REJECTED_TIMEOUT = 1_000;

/** So many requests may wait on all connections together; beyond that each connection may have its share. */
const WAITING_BEFORE_LIMIT = 8_000;
const WAITING_PER_CONNECTION = 100;
/** And with so many none may wait any more. */
const MAX_WAITING = 16_000;

/** So often in its time a client is looked at that reads nothing, in milliseconds at most and at least. */
const CHECKS_PER_TIMEOUT = 4;
const MAX_CHECK_INTERVAL = 5_000;
const MIN_CHECK_INTERVAL = 50;

/** For the parser of Node: it goes no further. */
const STOP_PARSING = -1;

/** How much of what was written is still in the process is told by the handle alone. */
type QueuedSocket = Socket & { readonly _handle?: { readonly writeQueueSize: number } | null };

class Connection {
  /** Of the latest request; there is none before the first. */
  latest: ServerResponse | undefined;
  /** Responses that are not sent yet, counted from when several were asked for at once. */
  readonly running = new Set<ServerResponse>();
  /** Requests that wait for their turn. */
  readonly waiting: (() => void)[] = [];
  isRejected = false;
  /** Nothing that comes on it can be read any more. */
  isBroken = false;
  #bytesRead = 0;
  #readAt = 0;

  /**
   * Milliseconds in which its client has read nothing of what waits for it. What it sends meanwhile does not count: the
   * timer of a socket begins again with every byte, in either direction.
   */
  unreadTime(socket: QueuedSocket, now: number): number {
    if (socket.writableLength > 0) {
      const bytesRead = socket.bytesWritten - socket.writableLength - (socket._handle?.writeQueueSize ?? 0);
      if (bytesRead === this.#bytesRead) return now - this.#readAt;
      this.#bytesRead = bytesRead;
    }
    this.#readAt = now;
    return 0;
  }

  get isIdle(): boolean {
    return this.latest === undefined || this.latest.writableFinished;
  }
}

export class Connections {
  readonly #server: Server;
  readonly #limits: () => ConnectionLimits;
  readonly #open = new Map<Socket, Connection>();
  #isDraining = false;
  #waiting = 0;
  #rejected = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(server: Server, limits: () => ConnectionLimits) {
    this.#server = server;
    this.#limits = limits;
    this.#applyLimits();
    server.on('connection', (socket: Socket) => this.#onConnection(socket));
    server.on('timeout', (socket: Socket) => this.#onTimeout(socket));
    this.#scheduleCheck();
    server.once('close', () => clearTimeout(this.#timer));
  }

  /** A request has come; `handle` is called in its turn. */
  schedule(req: IncomingMessage, res: ServerResponse, handle: () => void): void {
    const { socket } = req;
    const connection = this.#open.get(socket);
    if (connection === undefined || socket.destroyed) return;
    if (connection.isRejected) {
      sendRawProblem(res, overloaded, RETRY_AFTER, 'Too many connections are open.');
      return;
    }
    const { latest, isIdle } = connection;
    connection.latest = res;
    if (this.#isDraining) res.shouldKeepAlive = false;
    if (isIdle) {
      handle();
      return;
    }
    if (connection.running.size === 0 && latest) this.#addRunning(socket, connection, latest);
    const start = () => {
      this.#addRunning(socket, connection, res);
      handle();
    };
    if (connection.waiting.length === 0 && connection.running.size < this.#limits().pipelining) start();
    else this.#enqueue(socket, connection, start);
  }

  /** The response that is being made on a connection, if there is one. */
  unfinished(socket: Socket): ServerResponse | undefined {
    const connection = this.#open.get(socket);
    return connection?.isIdle ? undefined : connection?.latest;
  }

  /** Nothing that comes on it is read any more. @returns whether that was so already */
  markBroken(socket: Socket): boolean {
    const connection = this.#open.get(socket);
    const wasBroken = connection?.isBroken ?? true;
    if (connection) connection.isBroken = true;
    return wasBroken;
  }

  /**
   * Node lets go of a connection on which CONNECT came, with the responses that are not sent yet: they are sent, or told
   * that the client has gone. An error of it without a listener would end the process.
   */
  finishAfterConnect(socket: Socket): void {
    const { running, latest } = this.#open.get(socket) ?? {};
    const unfinished = () => [...(running ?? []), ...(latest ? [latest] : [])];
    socket.on('error', () => socket.destroy());
    socket.on('drain', () =>
      unfinished()
        .find((res) => res.socket === socket)
        ?.emit('drain'),
    );
    socket.once('close', () => {
      // The one that is being sent is told by Node.
      for (const res of new Set(unfinished())) if (!res.socket && !res.writableFinished) res.emit('close');
    });
    // Otherwise it is not seen that the client has gone.
    socket.once('end', () => socket.destroy()).resume();
  }

  drain(): void {
    this.#isDraining = true;
    for (const { latest } of this.#open.values())
      if (latest && !latest.headersSent) latest.shouldKeepAlive = false;
  }

  end(): void {
    for (const [socket, { latest }] of this.#open) {
      if (latest === undefined || latest.writableFinished) socket.destroy();
      else if (!latest.headersSent) sendRawProblem(latest, shuttingDown, RETRY_AFTER);
      else if (isEventStream(latest)) latest.end();
      else latest.destroy();
    }
  }

  /** Those of the configuration may change. */
  #applyLimits(): number {
    const { connections = defaultConnections(), slow } = this.#limits();
    this.#server.maxConnections = connections + MAX_REJECTED;
    this.#server.timeout = slow.reader;
    this.#server.headersTimeout = slow.head;
    return connections;
  }

  #onConnection(socket: Socket): void {
    const connection = new Connection();
    const maxConnections = this.#applyLimits();
    if (this.#open.size - this.#rejected >= maxConnections && !this.#closeIdle())
      this.#reject(socket, connection);
    this.#open.set(socket, connection);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#waiting -= connection.waiting.length;
      connection.waiting.length = 0;
      if (connection.isRejected) this.#rejected -= 1;
    });
  }

  /** Closes the oldest connection on which nothing is asked. */
  #closeIdle(): boolean {
    for (const [socket, connection] of this.#open)
      if (connection.isIdle && !connection.isRejected && !socket.destroyed) {
        socket.destroy();
        return true;
      }
    return false;
  }

  #reject(socket: Socket, connection: Connection): void {
    connection.isRejected = true;
    this.#rejected += 1;
    setTimeout(() => socket.destroy(), REJECTED_TIMEOUT).unref();
  }

  /** Nothing has passed for a while. */
  #onTimeout(socket: Socket): void {
    const connection = this.#open.get(socket);
    // While requests wait, a client that leaves is not noticed.
    if (connection?.isIdle || (connection?.waiting.length ?? 0) > 0) socket.destroy();
  }

  #scheduleCheck(): void {
    const { reader } = this.#limits().slow;
    const pause = Math.min(MAX_CHECK_INTERVAL, Math.max(MIN_CHECK_INTERVAL, reader / CHECKS_PER_TIMEOUT));
    this.#timer = setTimeout(() => {
      this.#closeUnread();
      this.#scheduleCheck();
    }, pause).unref();
  }

  /** A client that does not read holds whatever is sent to it. */
  #closeUnread(): void {
    const { reader } = this.#limits().slow;
    if (reader === 0) return;
    const now = performance.now();
    for (const [socket, connection] of this.#open)
      if (connection.unreadTime(socket, now) >= reader) socket.destroy();
  }

  #addRunning(socket: Socket, connection: Connection, res: ServerResponse): void {
    connection.running.add(res);
    res.once('close', () => {
      connection.running.delete(res);
      // Other connections have their turn in between.
      if (connection.waiting.length > 0) setImmediate(() => this.#startNext(socket, connection));
    });
  }

  #enqueue(socket: Socket, connection: Connection, start: () => void): void {
    if (connection.waiting.length >= this.#maxWaiting) {
      destroyWithParser(socket);
      return;
    }
    this.#waiting += 1;
    if (connection.waiting.push(start) > 1) return;
    socket.pause();
    const stayPaused = () => {
      if (connection.waiting.length > 0) socket.pause();
      else socket.off('resume', stayPaused);
    };
    socket.on('resume', stayPaused);
  }

  /** Requests of one connection that may wait. */
  get #maxWaiting(): number {
    if (this.#waiting >= MAX_WAITING) return 0;
    return this.#waiting >= WAITING_BEFORE_LIMIT ? WAITING_PER_CONNECTION : MAX_WAITING;
  }

  #startNext(socket: Socket, connection: Connection): void {
    if (socket.destroyed || connection.running.size >= this.#limits().pipelining) return;
    const start = connection.waiting.shift();
    if (start === undefined) return;
    this.#waiting -= 1;
    if (connection.waiting.length === 0) socket.resume();
    start();
  }
}

/** Thousands of requests may have come at once: no more of them are made into one, as all would stay until it closes. */
function destroyWithParser(
  socket: Socket & { readonly parser?: { onIncoming?: () => number } | null },
): void {
  socket.destroy();
  if (socket.parser?.onIncoming) socket.parser.onIncoming = () => STOP_PARSING;
}
