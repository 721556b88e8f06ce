/**
 * The answer of a target: its head, and a body that is still arriving. Whoever has it does exactly one of
 * `pipe`, `collect` and `discard`, and may `peek` or `copy` before; until then a bounded part of the body is held.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { Pieces } from '../../http/body/pieces.ts';
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

/** Held before somebody takes the body, and read to its end rather than cut when nobody wants it. */
export const MAX_BUFFERED_BYTES = 65_536;

/** What is known of the connection. */
type ConnectionControl = Pick<Dispatcher.DispatchController, 'pause' | 'resume' | 'abort'>;

const NO_CONNECTION: ConnectionControl = { pause: () => {}, resume: () => {}, abort: () => {} };

/** Of a timer, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Copying more than this costs more than a second buffer in the write. */
const MAX_SINGLE_WRITE_BYTES = 16_384;

/** They have to be known before the body, or are about one connection (RFC 9110 §6.5.1). */
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
  /** That it is the answer to; none where it was kept. */
  readonly call: OngoingCall | undefined;
  readonly status: number;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  readonly #headers: string[];
  readonly #controller: ConnectionControl;
  #buffered = new Pieces();
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #sink: Sink | undefined;
  #copySink: Sink | undefined;
  /** Raw fields after the body. */
  #trailers: readonly string[] = [];

  /** Told when it is not to be passed on to anybody, however good it looked. */
  onInvalid: (() => void) | undefined;

  /** One that is here already. */
  static whole(status: number, rawHeaders: string[], body: Buffer): UpstreamResponse {
    const answer = new UpstreamResponse(undefined, status, rawHeaders, NO_CONNECTION);
    if (body.length > 0) answer.#buffered.add(body);
    answer.#ended = true;
    return answer;
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

  /** What was done with it on its way. */
  addHeader(name: string, value: string): void {
    this.#headers.push(name, value);
  }

  /** Sends it on with this raw head. A body that is here whole goes out in one piece with the head. */
  pipe(res: ServerResponse, rawHead: readonly string[]): void {
    if (res.destroyed || res.headersSent) {
      this.abort(new CallAborted());
      return;
    }
    res.writeHead(this.status, rawHead as string[]);
    const held = this.#buffered.list();
    if (this.#ended && held.length < 2) {
      const [body] = held;
      this.#passTrailers(res);
      // As a string of bytes Node writes it together with the head, in one go.
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
        // What was held comes in many pieces at once.
        if (isWaiting) return;
        isWaiting = true;
        res.once('drain', resume);
      },
      end: () => {
        this.#passTrailers(res);
        res.end();
      },
      // The head is out: only a cut connection tells that the body is not whole.
      fail: () => res.destroy(),
    });
  }

  /** For a client that takes them (RFC 9110 §6.5.1). */
  #passTrailers(res: ServerResponse): void {
    if (this.#trailers.length === 0 || !/\btrailers\b/i.test(String(res.req.headers.te ?? ''))) return;
    eachHeader(this.#trailers, (name, value, written) => {
      if (!FORBIDDEN_TRAILERS.has(name)) res.addTrailers([[written, value]]);
    });
  }

  /** The body as a stream, which is read from the connection no faster than from here. */
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

  /** The whole body; one that is larger than `limit` bytes is given up. */
  collect(limit: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const pieces = new Pieces();
      this.#attach({
        data: (chunk) => {
          if (pieces.bytes + chunk.length <= limit) {
            pieces.add(chunk);
            return;
          }
          const tooLarge = new Error(`The answer is larger than ${limit} bytes.`);
          reject(tooLarge);
          this.abort(tooLarge);
        },
        end: () => resolve(pieces.whole()),
        fail: reject,
      });
    });
  }

  /**
   * The whole body; undefined for one that is larger than `limit` bytes. Either can still be sent on. It has to be here
   * by the deadline of its call, as nobody is told anything before.
   */
  peek(limit: number): Promise<Buffer | undefined> {
    if (Number(this.header('content-length') ?? 0) > limit) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const pieces = new Pieces();
      const timer = this.#abortAtDeadline();
      this.#attach({
        data: (chunk) => {
          pieces.add(chunk);
          if (pieces.bytes <= limit || this.#buffered === pieces) return;
          clearTimeout(timer);
          this.#buffered = pieces;
          this.#sink = undefined;
          this.#pause();
          resolve(undefined);
        },
        end: () => {
          clearTimeout(timer);
          const whole = pieces.whole();
          this.#buffered = new Pieces();
          if (whole.length > 0) this.#buffered.add(whole);
          resolve(whole);
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** The whole body, by the deadline of its call; rejects for one that is larger than `limit` bytes, and gives it up. */
  async whole(limit: number): Promise<Buffer> {
    const bytes = await this.peek(limit);
    if (bytes !== undefined) return bytes;
    const tooLarge = new Error(`The answer is larger than ${limit} bytes.`);
    this.abort(tooLarge);
    throw tooLarge;
  }

  /**
   * Keeps what passes for somebody who takes nothing: whoever takes the body gets it as if nobody looked.
   * @param done called once, with undefined for a body that is larger than `limit` bytes or breaks off
   */
  copy(limit: number, done: (bytes: Buffer | undefined) => void): void {
    const pieces = new Pieces();
    const finish = (whole: Buffer | undefined) => {
      this.#copySink = undefined;
      done(whole);
    };
    const copy: Sink = {
      data: (chunk) => {
        if (pieces.bytes + chunk.length > limit) finish(undefined);
        else pieces.add(chunk);
      },
      end: () => finish(pieces.whole()),
      fail: () => finish(undefined),
    };
    this.#copySink = copy;
    for (const chunk of this.#buffered.list()) this.#copySink?.data(chunk);
    if (this.#error) this.#copySink?.fail(this.#error);
    else if (this.#ended) this.#copySink?.end();
  }

  /** Nobody wants the body: a short one is read, so that its connection can be used again. */
  discard(): void {
    let bytes = 0;
    this.#attach({
      data: (chunk) => {
        bytes += chunk.length;
        if (bytes > MAX_BUFFERED_BYTES) this.abort(new CallAborted());
      },
      end: () => {},
      fail: () => {},
    });
  }

  /** Gives up what has not arrived yet. */
  abort(reason: Error): void {
    if (!this.#ended) this.#controller.abort(reason);
  }

  /** For the attempt that reads from the connection. */
  receive(chunk: Buffer): void {
    this.#copySink?.data(chunk);
    if (this.#sink) {
      this.#sink.data(chunk);
      return;
    }
    this.#buffered.add(chunk);
    if (this.#buffered.bytes > MAX_BUFFERED_BYTES) this.#pause();
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

  /** For a body that nobody is sent before it is whole. */
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
    const held = this.#buffered.list();
    this.#buffered = new Pieces();
    for (const chunk of held) sink.data(chunk);
    if (this.#error) sink.fail(this.#error);
    else if (this.#ended) sink.end();
    else if (this.#paused && this.#sink === sink) {
      this.#paused = false;
      this.#controller.resume();
    }
  }
}
