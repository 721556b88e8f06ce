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
import { sendBareProblem } from '../problems/raw-problem.ts';
import { defaultConnections } from './open-files.ts';

/** Seconds; by then a balancer asks another one. */
const RETRY_AFTER = { 'Retry-After': '1' };

/** Connections that are told that there are too many, at once; more are closed without a word. */
const MOST_REFUSED = 100;
/** Milliseconds in which one that is refused has to ask for something. */
const LAST_WORDS = 1_000;

/** So many requests may wait on all connections together; beyond that each connection may have its share. */
const MANY_WAITING = 8_000;
const FAIR_SHARE = 100;
/** And with so many none may wait any more. */
const MOST_WAITING = 16_000;

/** So often in its time a client is looked at that reads nothing, in milliseconds at most and at least. */
const LOOKS = 4;
const LONGEST_WAIT = 5_000;
const SHORTEST_WAIT = 50;

/** For the parser of Node: it goes no further. */
const BROKEN = -1;

/** How much of what was written is still in the process is told by the handle alone. */
type Queued = Socket & { readonly _handle?: { readonly writeQueueSize: number } | null };

class Connection {
  /** Of the latest request; there is none before the first. */
  latest: ServerResponse | undefined;
  /** Responses that are not sent yet, counted from when several were asked for at once. */
  readonly running = new Set<ServerResponse>();
  /** Requests that wait for their turn. */
  readonly waiting: (() => void)[] = [];
  isRefused = false;
  /** Nothing that comes on it can be read any more. */
  isBroken = false;
  #taken = 0;
  #since = 0;

  /**
   * Milliseconds in which its client has read nothing of what waits for it. What it sends meanwhile does not count: the
   * timer of a socket begins again with every byte, in either direction.
   */
  unreadFor(socket: Queued, now: number): number {
    if (socket.writableLength > 0) {
      const taken = socket.bytesWritten - socket.writableLength - (socket._handle?.writeQueueSize ?? 0);
      if (taken === this.#taken) return now - this.#since;
      this.#taken = taken;
    }
    this.#since = now;
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
  #refused = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(server: Server, limits: () => ConnectionLimits) {
    this.#server = server;
    this.#limits = limits;
    this.#setLimits();
    server.on('connection', (socket: Socket) => this.#onConnection(socket));
    server.on('timeout', (socket: Socket) => this.#onTimeout(socket));
    this.#watch();
    server.once('close', () => clearTimeout(this.#timer));
  }

  /** A request has come; `handle` is called in its turn. */
  begin(req: IncomingMessage, res: ServerResponse, handle: () => void): void {
    const { socket } = req;
    const connection = this.#open.get(socket);
    if (connection === undefined || socket.destroyed) return;
    if (connection.isRefused) {
      sendBareProblem(res, overloaded, RETRY_AFTER, 'Too many connections are open.');
      return;
    }
    const { latest, isIdle } = connection;
    connection.latest = res;
    if (this.#isDraining) res.shouldKeepAlive = false;
    if (isIdle) {
      handle();
      return;
    }
    if (connection.running.size === 0 && latest) this.#count(socket, connection, latest);
    const start = () => {
      this.#count(socket, connection, res);
      handle();
    };
    if (connection.waiting.length === 0 && connection.running.size < this.#limits().pipelining) start();
    else this.#wait(socket, connection, start);
  }

  /** The response that is being made on a connection, if there is one. */
  unfinished(socket: Socket): ServerResponse | undefined {
    const connection = this.#open.get(socket);
    return connection?.isIdle ? undefined : connection?.latest;
  }

  /** Nothing that comes on it is read any more. @returns whether that was so already */
  break(socket: Socket): boolean {
    const connection = this.#open.get(socket);
    const wasBroken = connection?.isBroken ?? true;
    if (connection) connection.isBroken = true;
    return wasBroken;
  }

  /**
   * Node lets go of a connection on which CONNECT came, with the responses that are not sent yet: they are sent, or told
   * that the client has gone. An error of it without a listener would end the process.
   */
  keep(socket: Socket): void {
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
      else if (!latest.headersSent) sendBareProblem(latest, shuttingDown, RETRY_AFTER);
      else if (isEventStream(latest)) latest.end();
      else latest.destroy();
    }
  }

  /** Those of the configuration may change. */
  #setLimits(): number {
    const { connections = defaultConnections(), slow } = this.#limits();
    this.#server.maxConnections = connections + MOST_REFUSED;
    this.#server.timeout = slow.reader;
    this.#server.headersTimeout = slow.head;
    return connections;
  }

  #onConnection(socket: Socket): void {
    const connection = new Connection();
    const most = this.#setLimits();
    if (this.#open.size - this.#refused >= most && !this.#makeRoom()) this.#refuse(socket, connection);
    this.#open.set(socket, connection);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#waiting -= connection.waiting.length;
      connection.waiting.length = 0;
      if (connection.isRefused) this.#refused -= 1;
    });
  }

  /** Closes the oldest connection on which nothing is asked. */
  #makeRoom(): boolean {
    for (const [socket, connection] of this.#open)
      if (connection.isIdle && !connection.isRefused && !socket.destroyed) {
        socket.destroy();
        return true;
      }
    return false;
  }

  #refuse(socket: Socket, connection: Connection): void {
    connection.isRefused = true;
    this.#refused += 1;
    setTimeout(() => socket.destroy(), LAST_WORDS).unref();
  }

  /** Nothing has passed for a while. */
  #onTimeout(socket: Socket): void {
    const connection = this.#open.get(socket);
    // While requests wait, a client that leaves is not noticed.
    if (connection?.isIdle || (connection?.waiting.length ?? 0) > 0) socket.destroy();
  }

  #watch(): void {
    const { reader } = this.#limits().slow;
    const pause = Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, reader / LOOKS));
    this.#timer = setTimeout(() => {
      this.#cutUnread();
      this.#watch();
    }, pause).unref();
  }

  /** A client that does not read holds whatever is sent to it. */
  #cutUnread(): void {
    const { reader } = this.#limits().slow;
    if (reader === 0) return;
    const now = performance.now();
    for (const [socket, connection] of this.#open)
      if (connection.unreadFor(socket, now) >= reader) socket.destroy();
  }

  #count(socket: Socket, connection: Connection, res: ServerResponse): void {
    connection.running.add(res);
    res.once('close', () => {
      connection.running.delete(res);
      // Other connections have their turn in between.
      if (connection.waiting.length > 0) setImmediate(() => this.#next(socket, connection));
    });
  }

  #wait(socket: Socket, connection: Connection, start: () => void): void {
    if (connection.waiting.length >= this.#share) {
      cut(socket);
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
  get #share(): number {
    if (this.#waiting >= MOST_WAITING) return 0;
    return this.#waiting >= MANY_WAITING ? FAIR_SHARE : MOST_WAITING;
  }

  #next(socket: Socket, connection: Connection): void {
    if (socket.destroyed || connection.running.size >= this.#limits().pipelining) return;
    const start = connection.waiting.shift();
    if (start === undefined) return;
    this.#waiting -= 1;
    if (connection.waiting.length === 0) socket.resume();
    start();
  }
}

/** Thousands of requests may have come at once: no more of them are made into one, as all would stay until it closes. */
function cut(socket: Socket & { readonly parser?: { onIncoming?: () => number } | null }): void {
  socket.destroy();
  if (socket.parser?.onIncoming) socket.parser.onIncoming = () => BROKEN;
}
