/**
 * One attempt of a call on a connection. It settles with the head of the response; with a short response when its body is
 * complete, so that the call can be repeated when the response is truncated. It fails after its timeout: a plain timer,
 * since cockatiel's timeout with its abort controllers costs far more.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import { causeCode } from '../../http/problems/cause.ts';
import { isAccepted } from '../../http/web-socket/handshake.ts';
import type { Call } from './call.ts';
import { CallFailure, classify } from './call-errors.ts';
import { CONTINUE } from './interim-status.ts';
import type { ResponseFault } from './types.ts';
import { MAX_BUFFERED_BYTES, UpstreamResponse } from './upstream-response.ts';

/** Further interim responses of an attempt are not passed on. */
const MAX_INTERIM_RESPONSES = 16;
/** Handled by `onRequestUpgrade` where it was requested. */
const SWITCHING_PROTOCOLS = 101;
const NO_CONTENT = 204;
const RESET_CONTENT = 205;
/** The greatest valid status code (RFC 9110 §15). */
const LAST_STATUS = 599;

export class Attempt implements Dispatcher.DispatchHandler {
  readonly head: Promise<UpstreamResponse>;
  readonly #call: Call;
  readonly #milliseconds: number;
  readonly #onEnd: (truncation?: CallFailure) => void;
  #resolve!: (response: UpstreamResponse) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #response: UpstreamResponse | undefined;
  /** Whether the attempt waits for the body of a short response. */
  #isBuffered = false;
  /** Whether a body is ignored, as the status allows none. */
  #isBodiless = false;
  #interim = 0;
  #timer: NodeJS.Timeout | undefined;
  #abortReason: Error | undefined;
  #isEnded = false;

  /**
   * @param onEnd called once, when the body has ended or there will be none; with the failure that truncated the body
   * where the head had arrived
   */
  constructor(call: Call, milliseconds: number, onOver: (truncation?: CallFailure) => void) {
    this.#call = call;
    this.#milliseconds = milliseconds;
    this.#onEnd = onOver;
    this.head = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    call.interrupt = this.abort;
    this.#startTimer();
    // Uploads have no time limit while the service is reading; otherwise the attempt timeout applies.
    const { body } = call.request;
    if (body instanceof Readable) body.on('pause', this.#startTimer).on('resume', this.#stopTimer);
  }

  readonly #startTimer = (): void => {
    this.#timer ??= setTimeout(this.#expire, this.#milliseconds);
  };

  readonly #expire = (): void => {
    this.abort(new CallFailure(this.#call, 'timeout', { isConnected: this.#controller !== undefined }));
  };

  readonly #stopTimer = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  };

  #stopWatchingUpload(): void {
    const { body } = this.#call.request;
    if (body instanceof Readable) body.off('pause', this.#startTimer).off('resume', this.#stopTimer);
  }

  readonly abort = (reason: Error): void => {
    if (this.#isEnded) return;
    this.#abortReason = reason;
    if (this.#controller) this.#controller.abort(reason);
    // Without a connection there is nothing to abort.
    else this.#fail(reason);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason) controller.abort(this.#abortReason);
  }

  onRequestSent(): void {
    this.#stopWatchingUpload();
    if (!this.#isEnded && !this.#response) this.#startTimer();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    { 'content-length': length, 'transfer-encoding': coding }: IncomingHttpHeaders,
  ): void {
    const headers = rawHeadersOf(controller);
    if (status >= 100 && status < 200 && status !== SWITCHING_PROTOCOLS) {
      this.#passInterim(status, headers);
      return;
    }
    const fault = faultOf(status, coding);
    if (fault !== undefined) {
      this.abort(new CallFailure(this.#call, 'invalid', { fault }));
      return;
    }
    this.#isBodiless = status === RESET_CONTENT;
    const isEmpty = status === NO_CONTENT || this.#isBodiless;
    const head = isEmpty ? withoutContent(headers, status) : headers;
    this.#response = new UpstreamResponse(this.#call, status, head, controller);
    this.#isBuffered = length !== undefined && Number(length) <= MAX_BUFFERED_BYTES;
    if (this.#isBuffered) {
      this.#startTimer();
      return;
    }
    clearTimeout(this.#timer);
    this.#resolve(this.#response);
  }

  /** The target has switched protocols. The attempt lasts until the connection closes, and can no longer be aborted. */
  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: IncomingHttpHeaders,
    socket: Duplex,
  ): void {
    // Without a listener, an error would end the process.
    socket.on('error', () => socket.destroy());
    const headers = rawHeadersOf(controller);
    if (!isAccepted(this.#call.request.headers, headers)) {
      socket.destroy();
      this.#fail(new CallFailure(this.#call, 'invalid', { fault: 'handshake' }));
      return;
    }
    clearTimeout(this.#timer);
    this.#isEnded = true;
    this.#call.isComplete = true;
    const response = new UpstreamResponse(this.#call, status, headers, controller);
    response.connection = socket;
    socket.once('close', () => this.#onEnd());
    this.#resolve(response);
  }

  /** Passes an interim response on, as its client may use it at once (RFC 9110 §15.2). */
  #passInterim(status: number, headers: string[]): void {
    if (status === CONTINUE || this.#interim >= MAX_INTERIM_RESPONSES) return;
    this.#interim += 1;
    this.#call.request.onInterim?.(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isBodiless) this.#response?.receive(chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#finish();
    this.#response?.finish(trailersOf(controller));
    if (this.#response && this.#isBuffered) this.#resolve(this.#response);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isEnded) return;
    const progress = { isStarted: this.#controller !== undefined, hasHead: this.#response !== undefined };
    this.#fail(classify(this.#call, error, progress));
  }

  #fail(error: Error): void {
    const exposed = this.#isBuffered ? undefined : this.#response;
    this.#finish(exposed && isCausedByUpstream(error) ? error : undefined);
    if (exposed) exposed.fail(error);
    else this.#reject(error);
  }

  #finish(truncation?: CallFailure): void {
    this.#isEnded = true;
    this.#stopWatchingUpload();
    // The end of a response that a retry replaces is not the end of the call.
    if (this.#response && this.#call.interrupt === this.abort) this.#call.isComplete = true;
    clearTimeout(this.#timer);
    this.#onEnd(truncation);
  }
}

const rawHeadersOf = ({ rawHeaders }: Dispatcher.DispatchController): string[] =>
  decodeHeaders((rawHeaders ?? []) as Buffer[]);

const NO_TRAILERS: readonly string[] = [];

const trailersOf = ({ rawTrailers }: Dispatcher.DispatchController): readonly string[] =>
  Array.isArray(rawTrailers) && rawTrailers.length > 0 ? decodeHeaders(rawTrailers as Buffer[]) : NO_TRAILERS;

const decodeHeaders = (raw: readonly Buffer[]): string[] => {
  const texts = new Array<string>(raw.length);
  for (let i = 0; i < raw.length; i++) texts[i] = (raw[i] as Buffer).toString('latin1');
  return texts;
};

/** Why a response cannot be passed on, though it can be read. */
const faultOf = (status: number, coding: string | string[] | undefined): ResponseFault | undefined => {
  if (status < 100 || status > LAST_STATUS) return 'status';
  if (status === SWITCHING_PROTOCOLS) return 'not-http';
  // No other coding was requested, and clients would misread the body without the name of its coding (RFC 9112 §7.4).
  if (coding !== undefined && String(coding).trim().toLowerCase() !== 'chunked') return 'transfer-coding';
  return undefined;
};

/** The headers of a response that must not have content (RFC 9110 §8.6, §15.3.6). */
const withoutContent = (headers: readonly string[], status: number): string[] => {
  const remaining = withoutHeaders(headers, CONTENT_LENGTH);
  if (status === RESET_CONTENT) remaining.push('Content-Length', '0');
  return remaining;
};

const CONTENT_LENGTH: ReadonlySet<string> = new Set(['content-length']);

/** Excludes aborts by the gateway, which have no cause, and idle timeouts, since an event stream may be silent. */
const isCausedByUpstream = (error: Error): error is CallFailure => {
  if (!(error instanceof CallFailure) || error.cause === undefined) return false;
  return causeCode(error.cause) !== 'UND_ERR_BODY_TIMEOUT';
};
