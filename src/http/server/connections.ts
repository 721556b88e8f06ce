/**
 * Manages the connections of a server: how many there are, how many requests of one connection run at once, and how
 * they end.
 *
 * Above the limit, an idle connection is closed to make room. Where all are busy, the new connection gets 503.
 * Pipelined requests (RFC 9112 §9.3.2) wait in order, and nothing more is read from their connection meanwhile.
 *
 * After `drain` each response has `Connection: close` (RFC 9112 §9.6): clients open their next connection
 * elsewhere, and no request is sent on a connection that is being closed. `end` handles requests that did not
 * finish in time: it sends 503 where nothing has been sent yet, ends event streams, and cuts any other body, which
 * must not look complete.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionLimits } from '../../config/limits.ts';
import { overloaded } from '../../contract/problems.ts';
import { sendRawProblem } from '../problems/raw-problem.ts';
import { endResponse, RETRY_AFTER, type Session } from './end-response.ts';
import { defaultConnections } from './open-files.ts';
import { UnreadData } from './unread-data.ts';
import { upgradeOf } from './upgrade.ts';

/** Connections above the limit that get a 503 at the same time. Further ones are closed without a response. */
const MAX_REJECTED = 100;
/** Milliseconds in which a rejected connection has to send a request to get its 503. */
const REJECTED_TIMEOUT = 1_000;

/** Up to this many requests wait without a limit per connection. Above it each connection has a limit of its own. */
const WAITING_BEFORE_LIMIT = 8_000;
const WAITING_PER_CONNECTION = 100;
/** With this many waiting requests, no further request may wait. */
const MAX_WAITING = 16_000;

/** How often clients that read nothing are checked, within the limits of the interval in milliseconds. */
const CHECKS_PER_TIMEOUT = 4;
const MAX_CHECK_INTERVAL = 5_000;
const MIN_CHECK_INTERVAL = 50;

/** Return value that stops the HTTP parser of Node. */
const STOP_PARSING = -1;

class Connection {
  /** The streams of an HTTP/2 connection; undefined for HTTP/1.1. */
  session: Session | undefined;
  /** The response of the latest request; undefined before the first. */
  latest: ServerResponse | undefined;
  /** Unfinished responses. They are tracked once requests are pipelined. */
  readonly running = new Set<ServerResponse>();
  /** Requests that wait for their turn. */
  readonly waiting: (() => void)[] = [];
  isRejected = false;
  /** Whether further input cannot be parsed any more. */
  isBroken = false;
  readonly unread = new UnreadData();

  get isIdle(): boolean {
    return this.session?.isIdle ?? (this.latest === undefined || this.latest.writableFinished);
  }
}

export interface ConnectionsOptions {
  /** Called before a request is refused. */
  readonly prepare?: (req: IncomingMessage, res: ServerResponse) => void;
  /** Whether connections are added after their TLS handshake, by `add`. */
  readonly isSecure?: boolean;
}

export class Connections {
  readonly #server: Server;
  readonly #limits: () => ConnectionLimits;
  readonly #prepare: (req: IncomingMessage, res: ServerResponse) => void;
  readonly #open = new Map<Socket, Connection>();
  #isDraining = false;
  #waiting = 0;
  #rejected = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    server: Server,
    limits: () => ConnectionLimits,
    { prepare = () => {}, isSecure = false }: ConnectionsOptions = {},
  ) {
    this.#server = server;
    this.#prepare = prepare;
    this.#limits = limits;
    this.#applyLimits();
    if (!isSecure) server.on('connection', (socket: Socket) => this.add(socket));
    server.on('timeout', (socket: Socket) => this.#onTimeout(socket));
    this.#scheduleCheck();
    server.once('close', () => clearTimeout(this.#timer));
  }

  /** Counts a connection, and makes room for it. */
  add(socket: Socket): void {
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

  /** Schedules a request: `handle` is called when it is its turn. */
  schedule(req: IncomingMessage, res: ServerResponse, handle: () => void): void {
    const { socket } = req;
    const connection = this.#open.get(socket);
    if (connection === undefined || socket.destroyed) return;
    if (connection.isRejected) {
      this.#prepare(req, res);
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

  /** The number of open connections, those with an unfinished TLS handshake excepted. */
  get size(): number {
    return this.#open.size;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Whether a connection is one too many, so that its requests get 503. */
  isRejected(socket: Socket): boolean {
    return this.#open.get(socket)?.isRejected ?? true;
  }

  /** Hands a connection over to HTTP/2. */
  setSession(socket: Socket, session: Session): void {
    const connection = this.#open.get(socket);
    if (connection) connection.session = session;
  }

  /** The unfinished response of a connection, if there is one. */
  unfinished(socket: Socket): ServerResponse | undefined {
    const connection = this.#open.get(socket);
    return connection?.isIdle ? undefined : connection?.latest;
  }

  /**
   * Marks that further input of a connection cannot be parsed.
   * @returns whether it was marked already
   */
  markBroken(socket: Socket): boolean {
    const connection = this.#open.get(socket);
    const wasBroken = connection?.isBroken ?? true;
    if (connection) connection.isBroken = true;
    return wasBroken;
  }

  /**
   * Finishes the responses of a connection after CONNECT. Node stops managing such a connection, with responses
   * that are not sent yet: they are sent here, or notified that the client has disconnected. Without a listener, an
   * error of the connection would end the process.
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
      // Node notifies the response that is being sent.
      for (const res of new Set(unfinished())) if (!res.socket && !res.writableFinished) res.emit('close');
    });
    // A paused socket would not report that the client has disconnected.
    socket.once('end', () => socket.destroy()).resume();
  }

  drain(): void {
    this.#isDraining = true;
    for (const { latest, session } of this.#open.values())
      if (session) session.drain();
      else if (latest && !latest.headersSent) latest.shouldKeepAlive = false;
  }

  /** Accepts no further requests on connections that carry several at once. */
  closeSessions(): void {
    for (const { session } of this.#open.values()) session?.close();
  }

  /** Ends connections that have switched protocols: they last as long as both sides like. */
  endUpgraded(): void {
    for (const { latest } of this.#open.values()) if (latest) upgradeOf(latest.req)?.end();
  }

  end(): void {
    for (const [socket, { latest, session }] of this.#open) {
      if (session) session.end();
      else if (latest === undefined || latest.writableFinished || upgradeOf(latest.req)?.isAccepted)
        socket.destroy();
      else endResponse(latest);
    }
  }

  /** Closes all connections, whatever is in progress. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** Applies the current limits, as the configuration can change at run time. */
  #applyLimits(): number {
    const { connections = defaultConnections(), slow } = this.#limits();
    this.#server.maxConnections = connections + MAX_REJECTED;
    this.#server.timeout = slow.reader;
    this.#server.headersTimeout = slow.head;
    return connections;
  }

  /** Closes the oldest idle connection. */
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

  /** Called when a connection has had no traffic for a while. */
  #onTimeout(socket: Socket): void {
    const connection = this.#open.get(socket);
    // While requests wait, a disconnect of the client is not noticed.
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

  /** Closes connections of clients that do not read: they keep the data sent to them in memory. */
  #closeUnread(): void {
    const { reader } = this.#limits().slow;
    if (reader === 0) return;
    const now = performance.now();
    for (const [socket, { unread, session }] of this.#open) {
      session?.closeUnread(now, reader);
      if (unread.time(socket, now) >= reader) socket.destroy();
    }
  }

  #addRunning(socket: Socket, connection: Connection, res: ServerResponse): void {
    connection.running.add(res);
    res.once('close', () => {
      connection.running.delete(res);
      // Gives other connections their turn in between.
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

  /** The number of requests of one connection that may wait. */
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

/**
 * Thousands of pipelined requests may be buffered. The parser is stopped, because each parsed request would stay in
 * memory until the connection closes.
 */
function destroyWithParser(
  socket: Socket & { readonly parser?: { onIncoming?: () => number } | null },
): void {
  socket.destroy();
  if (socket.parser?.onIncoming) socket.parser.onIncoming = () => STOP_PARSING;
}
