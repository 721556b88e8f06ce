/**
 * The answer of a target: its head, and a body that is still arriving. Whoever has it does exactly one of
 * `pipe`, `collect` and `discard`, and may `peek` or `copy` before; until then a bounded part of the body is held.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { ChunkBuffer } from '../../http/body/chunk-buffer.ts';
import { markEventStream } from '../../http/event-stream.ts';
import { HOP_BY_HOP } from '../../http/headers/hop-by-hop.ts';
import { eachHeader, firstValue } from '../../http/headers/raw-headers.ts';
import type { Call } from './call.ts';
import { CallAborted, CallFailure } from './call-errors.ts';

interface Sink {
  data(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** Held before somebody takes the body, and read to its end rather than cut when nobody wants it. */
export const HELD_BYTES = 65_536;

/** What is known of the connection. */
type Arrival = Pick<Dispatcher.DispatchController, 'pause' | 'resume' | 'abort'>;

const NOTHING_ARRIVES: Arrival = { pause: () => {}, resume: () => {}, abort: () => {} };

/** Of a timer, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Copying more than this costs more than a second buffer in the write. */
const ONE_WRITE_BYTES = 16_384;

const NOT_IMPLEMENTED = 501;

/** They have to be known before the body, or are about one connection (RFC 9110 §6.5.1). */
const NEVER_TRAILERS: ReadonlySet<string> = new Set([
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

/** Whether a status says that the target is not well; 501 says only that it never could (RFC 9110 §15.6.2). */
export const isFailure = (status: number): boolean => status >= 500 && status !== NOT_IMPLEMENTED;

export class UpstreamAnswer {
  /** That it is the answer to; none where it was kept. */
  readonly call: Call | undefined;
  readonly status: number;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  readonly #headers: string[];
  readonly #controller: Arrival;
  #held = new ChunkBuffer();
  #paused = false;
  #ended = false;
  #error: Error | undefined;
  #sink: Sink | undefined;
  #copy: Sink | undefined;
  /** Raw fields after the body. */
  #trailers: readonly string[] = [];

  /** Told when it is not to be passed on to anybody, however good it looked. */
  onRefused: (() => void) | undefined;

  /** One that is here already. */
  static whole(status: number, rawHeaders: string[], body: Buffer): UpstreamAnswer {
    const answer = new UpstreamAnswer(undefined, status, rawHeaders, NOTHING_ARRIVES);
    if (body.length > 0) answer.#held.append(body);
    answer.#ended = true;
    return answer;
  }

  constructor(call: Call | undefined, status: number, rawHeaders: string[], controller: Arrival) {
    this.call = call;
    this.status = status;
    this.rawHeaders = rawHeaders;
    this.#headers = rawHeaders;
    this.#controller = controller;
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
    const held = this.#held.chunks();
    if (this.#ended && held.length < 2) {
      const [body] = held;
      this.#passTrailers(res);
      // As a string of bytes Node writes it together with the head, in one go.
      if (body && body.length <= ONE_WRITE_BYTES) res.end(body.toString('latin1'), 'latin1');
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
      if (!NEVER_TRAILERS.has(name)) res.addTrailers([[written, value]]);
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
      const pieces = new ChunkBuffer();
      this.#attach({
        data: (chunk) => {
          if (pieces.byteLength + chunk.length <= limit) {
            pieces.append(chunk);
            return;
          }
          const tooLarge = new Error(`The answer is larger than ${limit} bytes.`);
          reject(tooLarge);
          this.abort(tooLarge);
        },
        end: () => resolve(pieces.toBuffer()),
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
      const pieces = new ChunkBuffer();
      const timer = this.#endAtDeadline();
      this.#attach({
        data: (chunk) => {
          pieces.append(chunk);
          if (pieces.byteLength <= limit || this.#held === pieces) return;
          clearTimeout(timer);
          this.#held = pieces;
          this.#sink = undefined;
          this.#pause();
          resolve(undefined);
        },
        end: () => {
          clearTimeout(timer);
          const whole = pieces.toBuffer();
          this.#held = new ChunkBuffer();
          if (whole.length > 0) this.#held.append(whole);
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
    const pieces = new ChunkBuffer();
    const finish = (whole: Buffer | undefined) => {
      this.#copy = undefined;
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
    this.#copy = copy;
    for (const chunk of this.#held.chunks()) this.#copy?.data(chunk);
    if (this.#error) this.#copy?.fail(this.#error);
    else if (this.#ended) this.#copy?.end();
  }

  /** Nobody wants the body: a short one is read, so that its connection can be used again. */
  discard(): void {
    let bytes = 0;
    this.#attach({
      data: (chunk) => {
        bytes += chunk.length;
        if (bytes > HELD_BYTES) this.abort(new CallAborted());
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
    this.#copy?.data(chunk);
    if (this.#sink) {
      this.#sink.data(chunk);
      return;
    }
    this.#held.append(chunk);
    if (this.#held.byteLength > HELD_BYTES) this.#pause();
  }

  finish(trailers: readonly string[] = []): void {
    this.#ended = true;
    this.#trailers = trailers;
    this.#sink?.end();
    this.#copy?.end();
  }

  fail(error: Error): void {
    this.#ended = true;
    this.#error = error;
    this.#sink?.fail(error);
    this.#copy?.fail(error);
  }

  /** For a body that nobody is sent before it is whole. */
  #endAtDeadline(): NodeJS.Timeout | undefined {
    const { call } = this;
    if (call === undefined || this.#ended) return undefined;
    const end = () => this.abort(new CallFailure(call, 'timeout'));
    return setTimeout(end, Math.min(call.remaining, LONGEST));
  }

  #pause(): void {
    this.#paused = true;
    this.#controller.pause();
  }

  #attach(sink: Sink): void {
    this.#sink = sink;
    const held = this.#held.chunks();
    this.#held = new ChunkBuffer();
    for (const chunk of held) sink.data(chunk);
    if (this.#error) sink.fail(this.#error);
    else if (this.#ended) sink.end();
    else if (this.#paused && this.#sink === sink) {
      this.#paused = false;
      this.#controller.resume();
    }
  }
}
