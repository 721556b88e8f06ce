/**
 * The response of a target: its head, and a body that is still arriving. Its owner calls exactly one of `pipe`, `stream`,
 * `collect` and `discard`, and may call `peek` or `copy` before; until then, a bounded part of the body is buffered.
 */
import type { ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ChunkBuffer } from '../../http/body/chunk-buffer.ts';
import { markEventStream } from '../../http/event-stream.ts';
import { HOP_BY_HOP } from '../../http/headers/hop-by-hop.ts';
import { eachHeader, firstValue } from '../../http/headers/raw-headers.ts';
import type { AttemptResult, Outcome } from '../resilience/outcome.ts';
import { CallAborted, CallFailure } from './call-errors.ts';
import { toOutcome } from './to-outcome.ts';
import type { OngoingCall } from './types.ts';

interface Sink {
  data(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** How much is buffered before the body is read, and how much of a discarded body is read so that the connection lives. */
export const MAX_BUFFERED_BYTES = 65_536;

/** Controls the connection on which the body arrives. */
type ConnectionControl = Pick<Dispatcher.DispatchController, 'pause' | 'resume' | 'abort'>;

const NO_CONNECTION: ConnectionControl = { pause: () => {}, resume: () => {}, abort: () => {} };

/** Milliseconds in which a discarded body has to end. */
const DISCARD_TIME = 1_000;

/** The longest time of a timer, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Copying more bytes than this costs more than a second buffer in the write. */
const MAX_SINGLE_WRITE_BYTES = 16_384;

/** Fields that have to precede the body, or that are about one connection (RFC 9110 §6.5.1). */
const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'cache-control',
  'date',
  'expires',
  'host',
  'location',
  'retry-after',
  'set-cookie',
  'vary',
  'www-authenticate',
]);

export class UpstreamResponse implements AttemptResult<OngoingCall> {
  /** Undefined for a response from a cache. */
  readonly call: OngoingCall | undefined;
  readonly status: number;
  /** Name, value, name, value … as received. */
  readonly rawHeaders: readonly string[];
  readonly #headers: string[];
  readonly #controller: ConnectionControl;
  #buffered = new ChunkBuffer();
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #sink: Sink | undefined;
  #copySink: Sink | undefined;
  /** Raw trailer fields. */
  #trailers: readonly string[] = [];

  /** The connection after a 101: it has no body, and its owner has to close it. */
  connection: Duplex | undefined;
  /** Called when the response turns out to be invalid, and is not passed on. */
  onInvalid: (() => void) | undefined;

  /** Creates a complete response. */
  static whole(status: number, rawHeaders: string[], body: Buffer): UpstreamResponse {
    const response = new UpstreamResponse(undefined, status, rawHeaders, NO_CONNECTION);
    if (body.length > 0) response.#buffered.append(body);
    response.#ended = true;
    return response;
  }

  constructor(
    call: OngoingCall | undefined,
    status: number,
    rawHeaders: string[],
    controller: ConnectionControl,
  ) {
    this.call = call;
    this.status = status;
    this.rawHeaders = rawHeaders;
    this.#headers = rawHeaders;
    this.#controller = controller;
  }

  get outcome(): Outcome {
    return toOutcome(this);
  }

  /** The first value of a header; `name` in lower case. */
  header(name: string): string | undefined {
    return firstValue(this.rawHeaders, name);
  }

  /** Adds a header of the gateway to those of the target. */
  addHeader(name: string, value: string): void {
    this.#headers.push(name, value);
  }

  /** Changes the raw headers in place. */
  changeHeaders(change: (raw: string[]) => void): void {
    change(this.#headers);
  }

  /** Sends the response on with this raw head; a complete body is written together with the head. */
  pipe(res: ServerResponse, rawHead: readonly string[]): void {
    if (res.destroyed || res.headersSent) {
      this.abort(new CallAborted());
      return;
    }
    res.writeHead(this.status, rawHead as string[]);
    const held = this.#buffered.chunks();
    if (this.#ended && held.length < 2) {
      const [body] = held;
      this.#passTrailers(res);
      // Node writes a string together with the head, in one write.
      if (body && body.length <= MAX_SINGLE_WRITE_BYTES) res.end(body.toString('latin1'), 'latin1');
      else res.end(body);
      return;
    }
    if (held.length === 0) res.flushHeaders();
    markEventStream(res, this.header('content-type'));
    const controller = this.#controller;
    let isWaiting = false;
    const resume = () => {
      isWaiting = false;
      controller.resume();
    };
    this.#attach({
      data: (chunk) => {
        if (res.writableEnded || res.write(chunk)) return;
        controller.pause();
        // Buffered chunks come many at once.
        if (isWaiting) return;
        isWaiting = true;
        res.once('drain', resume);
      },
      end: () => {
        this.#passTrailers(res);
        res.end();
      },
      // The head was sent: only a closed connection shows that the body is incomplete.
      fail: () => res.destroy(),
    });
  }

  /** Sends the trailers to a client that accepts them (RFC 9110 §6.5.1). */
  #passTrailers(res: ServerResponse): void {
    if (this.#trailers.length === 0 || !/\btrailers\b/i.test(String(res.req.headers.te ?? ''))) return;
    eachHeader(this.#trailers, (name, value, written) => {
      if (!FORBIDDEN_TRAILERS.has(name)) res.addTrailers([[written, value]]);
    });
  }

  /** The body as a stream, with back pressure on the connection. */
  stream(): Readable {
    const controller = this.#controller;
    const body = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        this.abort(error ?? new CallAborted());
        done(error);
      },
    });
    this.#attach({
      data: (chunk) => {
        if (!body.push(chunk)) controller.pause();
      },
      end: () => body.push(null),
      fail: (error) => body.destroy(error),
    });
    return body;
  }

  /** The whole body; aborts the response and rejects when the body is larger than `limit` bytes. */
  collect(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const pieces = new ChunkBuffer();
      this.#attach({
        data: (chunk) => {
          if (pieces.byteLength + chunk.length <= limit) {
            pieces.append(chunk);
            return;
          }
          const tooLarge = new Error(`The response is larger than ${limit} bytes.`);
          reject(tooLarge);
          this.abort(tooLarge);
        },
        end: () => resolve(pieces.toBuffer()),
        fail: reject,
      });
    });
  }

  /**
   * The whole body, or undefined when it is larger than `limit` bytes; the response can still be sent on. The body has to
   * arrive by the deadline of the call, since the client gets nothing before.
   */
  peek(limit: number): Promise<Buffer | undefined> {
    if (Number(this.header('content-length') ?? 0) > limit) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const pieces = new ChunkBuffer();
      const timer = this.#abortAtDeadline();
      this.#attach({
        data: (chunk) => {
          pieces.append(chunk);
          if (pieces.byteLength <= limit || this.#buffered === pieces) return;
          clearTimeout(timer);
          this.#buffered = pieces;
          this.#sink = undefined;
          this.#pause();
          resolve(undefined);
        },
        end: () => {
          clearTimeout(timer);
          const whole = pieces.toBuffer();
          this.#buffered = new ChunkBuffer();
          if (whole.length > 0) this.#buffered.append(whole);
          resolve(whole);
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** Like `peek`, but aborts the response and rejects when the body is larger than `limit` bytes. */
  async whole(limit: number): Promise<Buffer> {
    const bytes = await this.peek(limit);
    if (bytes !== undefined) return bytes;
    const tooLarge = new Error(`The response is larger than ${limit} bytes.`);
    this.abort(tooLarge);
    throw tooLarge;
  }

  /**
   * Copies the body while it is read by one of the other methods.
   * @param done called once; with undefined when the body is larger than `limit` bytes or truncated
   */
  copy(limit: number, done: (bytes: Buffer | undefined) => void): void {
    const pieces = new ChunkBuffer();
    const finish = (whole: Buffer | undefined) => {
      this.#copySink = undefined;
      done(whole);
    };
    const copy: Sink = {
      data: (chunk) => {
        if (pieces.byteLength + chunk.length > limit) finish(undefined);
        else pieces.append(chunk);
      },
      end: () => finish(pieces.toBuffer()),
      fail: () => finish(undefined),
    };
    this.#copySink = copy;
    for (const chunk of this.#buffered.chunks()) this.#copySink?.data(chunk);
    if (this.#error) this.#copySink?.fail(this.#error);
    else if (this.#ended) this.#copySink?.end();
  }

  /** Ignores the body. One that ends soon is read to its end, so that the connection can be reused. */
  discard(): void {
    this.connection?.destroy();
    let bytes = 0;
    // A stream may send little for a long time, and nothing else would end it.
    const timer = this.#ended
      ? undefined
      : setTimeout(() => this.abort(new CallAborted()), DISCARD_TIME).unref();
    this.#attach({
      data: (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BUFFERED_BYTES) this.abort(new CallAborted());
      },
      end: () => clearTimeout(timer),
      fail: () => clearTimeout(timer),
    });
  }

  /** Gives up the rest of the body. */
  abort(reason: Error): void {
    this.connection?.destroy();
    if (!this.#ended) this.#controller.abort(reason);
  }

  /** Called by the attempt for each chunk from the connection. */
  receive(chunk: Buffer): void {
    this.#copySink?.data(chunk);
    if (this.#sink) {
      this.#sink.data(chunk);
      return;
    }
    this.#buffered.append(chunk);
    if (this.#buffered.byteLength > MAX_BUFFERED_BYTES) this.#pause();
  }

  finish(trailers: readonly string[] = []): void {
    this.#ended = true;
    this.#trailers = trailers;
    this.#sink?.end();
    this.#copySink?.end();
  }

  fail(error: Error): void {
    this.#ended = true;
    this.#error = error;
    this.#sink?.fail(error);
    this.#copySink?.fail(error);
  }

  #abortAtDeadline(): NodeJS.Timeout | undefined {
    const { call } = this;
    if (call === undefined || this.#ended) return undefined;
    const end = () => this.abort(new CallFailure(call, 'timeout'));
    return setTimeout(end, Math.min(call.remaining, MAX_TIMEOUT));
  }

  #pause(): void {
    this.#paused = true;
    this.#controller.pause();
  }

  #attach(sink: Sink): void {
    this.#sink = sink;
    const held = this.#buffered.chunks();
    this.#buffered = new ChunkBuffer();
    for (const chunk of held) sink.data(chunk);
    if (this.#error) sink.fail(this.#error);
    else if (this.#ended) sink.end();
    else if (this.#paused && this.#sink === sink) {
      this.#paused = false;
      this.#controller.resume();
    }
  }
}
