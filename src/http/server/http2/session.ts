/**
 * One HTTP/2 connection (RFC 9113): its streams, and how it ends. `Connections` counts it as one connection.
 *
 * What is bounded here: the concurrent streams of a connection (`limits.streams`) and of all connections together, the
 * size of heads (431, and a reset far above that), streams that the client resets, slow readers, and idle connections.
 * nghttp2 and Node bound the rest themselves: CONTINUATION frames by the size of the head, replies to PING and
 * SETTINGS that are not read (1,000), the memory of a connection, and invalid frames (1,000).
 *
 * While the process drains, clients get a GOAWAY (§6.8) and open their next connection elsewhere. Streams that have
 * started go on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ConnectionLimits } from '../../../config/limits.ts';
import {
  badRequest,
  expectationFailed,
  headersTooLarge,
  methodNotAllowed,
  overloaded,
} from '../../../contract/problems.ts';
import { sendRawProblem } from '../../problems/raw-problem.ts';
import { endResponse, RETRY_AFTER, type Session } from '../end-response.ts';
import { defaultConnections } from '../open-files.ts';
import { UnreadData } from '../unread-data.ts';
import { requestHeadOf } from './request-head.ts';
import { createExchange, type StreamExchange } from './stream-exchange.ts';
import { MAX_PIECE_BYTES } from './stream-socket.ts';

export interface SessionOptions {
  readonly limits: () => ConnectionLimits;
  /** Whether the connection is one too many: its requests get 503. */
  readonly isRejected: () => boolean;
  readonly isDraining: () => boolean;
  /** Counts the streams of all connections of the listener. */
  readonly total: { streams: number };
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
}

/** Above this size the stream is reset. Below it, a head that is too large gets 431. */
const MAX_HEADER_LIST_SIZE = 65_536;
/** The limit of Node for HTTP/1.1. */
const MAX_HEADER_PAIRS = 2_000;
/**
 * Streams that a client may reset at once, and then in a second; more of them end the connection with GOAWAY
 * (CVE-2023-44487). A browser resets what a page no longer needs, which is at most all of its streams.
 */
const RESET_BURST = 200;
const RESET_RATE = 20;
/** The default of Node, and what each stream may add: a window of its request, and a piece of its response. */
const SESSION_MEGABYTES = 10;
const STREAM_BYTES = 2 * MAX_PIECE_BYTES;
/** In the first GOAWAY of two: streams that the client has opened meanwhile are still accepted (RFC 9113 §6.8). */
const ANY_STREAM = 2 ** 31 - 1;

export class Http2Session implements Session {
  readonly #session: ServerHttp2Session;
  readonly #tls: TLSSocket;
  readonly #options: SessionOptions;
  readonly #streams = new Map<StreamExchange, UnreadData>();
  #isLeaving = false;

  /** Takes over a connection whose TLS handshake has agreed on `h2`. */
  constructor(tls: TLSSocket, options: SessionOptions) {
    const { streams, slow } = options.limits();
    this.#tls = tls;
    this.#options = options;
    this.#session = performServerHandshake(tls, {
      settings: { maxConcurrentStreams: streams, maxHeaderListSize: MAX_HEADER_LIST_SIZE },
      maxHeaderListPairs: MAX_HEADER_PAIRS,
      maxSessionMemory: Math.ceil(SESSION_MEGABYTES + (streams * STREAM_BYTES) / 1_000_000),
      streamResetBurst: RESET_BURST,
      streamResetRate: RESET_RATE,
      // A service may send a field twice, and the client decides what that means, as over HTTP/1.1.
      strictSingleValueFields: false,
    });
    // Errors of a connection are the end of it, which is handled already.
    this.#session.on('error', () => {});
    tls.on('error', () => {});
    this.#session.on('stream', (stream, headers, _flags, raw?: string[]) =>
      this.#onStream(stream, headers, raw ?? []),
    );
    // A connection without a stream is idle. One whose streams rest is not: event streams may be silent.
    this.#session.setTimeout(slow.reader, () => {
      if (this.isIdle) this.destroy();
    });
  }

  get isIdle(): boolean {
    return this.#streams.size === 0;
  }

  drain(): void {
    if (this.#isLeaving || this.#session.closed || this.#session.destroyed) return;
    this.#isLeaving = true;
    // Without `close`, a request that the client has sent meanwhile is still handled.
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM);
  }

  end(): void {
    for (const { res } of this.#streams.keys()) endResponse(res);
    this.close();
  }

  close(): void {
    if (!this.#session.closed && !this.#session.destroyed) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
    this.#tls.destroy();
  }

  closeUnread(now: number, reader: number): void {
    for (const [{ socket }, unread] of this.#streams)
      if (unread.time(socket, now) >= reader) socket.destroy();
  }

  #onStream(stream: ServerHttp2Stream, received: IncomingHttpHeaders, raw: readonly string[]): void {
    // The client sees an error of a stream as its reset, and the exchange as its end.
    stream.on('error', () => {});
    const { connections = defaultConnections() } = this.#options.limits();
    // The client may repeat a request that was refused like this (RFC 9113 §8.7).
    if (this.#options.total.streams >= connections) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const head = requestHeadOf(received, raw, !stream.endAfterHeaders);
    const exchange = createExchange(stream, this.#tls, head);
    this.#add(exchange, stream);
    const { req, res } = exchange;
    if (this.#options.isRejected())
      sendRawProblem(res, overloaded, RETRY_AFTER, 'Too many connections are open.');
    else if (head.isTooLarge) sendRawProblem(res, headersTooLarge);
    else if (head.method === 'CONNECT')
      sendRawProblem(res, methodNotAllowed, { Allow: '' }, 'This server is not a proxy.');
    else if (head.fault !== undefined) sendRawProblem(res, badRequest, {}, head.fault);
    else if (expectsMore(req)) sendRawProblem(res, expectationFailed);
    else {
      if (req.headers.expect !== undefined) res.writeContinue();
      this.#options.handle(req, res);
    }
    // A client that connects meanwhile gets its response, and then opens its next connection elsewhere.
    if (this.#options.isDraining()) this.drain();
  }

  #add(exchange: StreamExchange, stream: ServerHttp2Stream): void {
    this.#options.total.streams += 1;
    this.#streams.set(exchange, new UnreadData());
    stream.once('close', () => {
      this.#options.total.streams -= 1;
      this.#streams.delete(exchange);
      // A client that got GOAWAY needs the connection no longer.
      if (this.#isLeaving && this.isIdle) this.close();
    });
  }
}

/** Whether the client expects something else than `100-continue` (RFC 9110 §10.1.1). */
const expectsMore = ({ headers: { expect } }: IncomingMessage): boolean =>
  expect !== undefined && !/^100-continue$/i.test(expect);
