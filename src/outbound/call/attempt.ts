/**
 * One attempt of a call on a connection. It settles when the head of the answer arrives, a short answer when it is here
 * whole, so that one that breaks off can be asked for again; or at the latest after its time: one plain timer, as
 * cockatiel's timeout with its abort controllers costs far more.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import { causeCode } from '../../http/problems/cause.ts';
import type { Call } from './call.ts';
import { CallFailure, classify, type ResponseFault } from './call-errors.ts';
import { CONTINUE } from './interim-status.ts';
import { HELD_BYTES, UpstreamAnswer } from './upstream-response.ts';

/** Interim responses of one attempt that are passed on; a flood of them is not. */
const MOST_INTERIM = 16;
/** Never asked for. */
const SWITCHING_PROTOCOLS = 101;
const NO_CONTENT = 204;
const RESET_CONTENT = 205;
/** Any other is no status (RFC 9110 §15). */
const LAST_STATUS = 599;

export class Attempt implements Dispatcher.DispatchHandler {
  readonly head: Promise<UpstreamAnswer>;
  readonly #call: Call;
  readonly #milliseconds: number;
  readonly #onOver: (brokenOff?: CallFailure) => void;
  #resolve!: (answer: UpstreamAnswer) => void;
  #reject!: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: UpstreamAnswer | undefined;
  /** The answer is short, and not yet here whole. */
  #isAwaited = false;
  /** What comes as a body is none. */
  #isBodiless = false;
  #interim = 0;
  #timer: NodeJS.Timeout | undefined;
  #givenUp: Error | undefined;
  #over = false;

  /** `onOver` is told once, when the body has ended or there will be none; and why, where its head had come. */
  constructor(call: Call, milliseconds: number, onOver: (brokenOff?: CallFailure) => void) {
    this.#call = call;
    this.#milliseconds = milliseconds;
    this.#onOver = onOver;
    this.head = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    call.interrupt = this.giveUp;
    this.#startTimer();
    // How long an upload takes is its sender's affair: the time counts while nobody takes what is there, and from its end.
    const { body } = call.request;
    if (body instanceof Readable) body.on('pause', this.#startTimer).on('resume', this.#stopTimer);
  }

  readonly #startTimer = (): void => {
    this.#timer ??= setTimeout(this.#timeOut, this.#milliseconds);
  };

  readonly #timeOut = (): void => {
    this.giveUp(new CallFailure(this.#call, 'timeout', { isConnected: this.#controller !== undefined }));
  };

  readonly #stopTimer = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  };

  /** The upload is over, or of no interest any more. */
  #leaveUpload(): void {
    const { body } = this.#call.request;
    if (body instanceof Readable) body.off('pause', this.#startTimer).off('resume', this.#stopTimer);
  }

  readonly giveUp = (reason: Error): void => {
    if (this.#over) return;
    this.#givenUp = reason;
    if (this.#controller) this.#controller.abort(reason);
    // Still waiting for a connection: there is nothing to abort yet, and nobody to wait for.
    else this.#fail(reason);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp) controller.abort(this.#givenUp);
  }

  onRequestSent(): void {
    this.#leaveUpload();
    if (!this.#over && !this.#answer) this.#startTimer();
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
      this.giveUp(new CallFailure(this.#call, 'invalid', { fault }));
      return;
    }
    this.#isBodiless = status === RESET_CONTENT;
    const isEmpty = status === NO_CONTENT || this.#isBodiless;
    const head = isEmpty ? withoutContent(headers, status) : headers;
    this.#answer = new UpstreamAnswer(this.#call, status, head, controller);
    this.#isAwaited = length !== undefined && Number(length) <= HELD_BYTES;
    if (this.#isAwaited) {
      this.#startTimer();
      return;
    }
    clearTimeout(this.#timer);
    this.#resolve(this.#answer);
  }

  /** For who asks, who may want to begin with what it names (RFC 9110 §15.2). */
  #passInterim(status: number, headers: string[]): void {
    if (status === CONTINUE || this.#interim >= MOST_INTERIM) return;
    this.#interim += 1;
    this.#call.request.onInterim?.(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#isBodiless) this.#answer?.receive(chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#finish();
    this.#answer?.finish(trailersOf(controller));
    if (this.#answer && this.#isAwaited) this.#resolve(this.#answer);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#over) return;
    const progress = { isStarted: this.#controller !== undefined, hasHead: this.#answer !== undefined };
    this.#fail(classify(this.#call, error, progress));
  }

  #fail(error: Error): void {
    const sent = this.#isAwaited ? undefined : this.#answer;
    this.#finish(sent && isOfUpstream(error) ? error : undefined);
    if (sent) sent.fail(error);
    else this.#reject(error);
  }

  #finish(brokenOff?: CallFailure): void {
    this.#over = true;
    this.#leaveUpload();
    // The end of an answer that is repeated is not the end of the call.
    if (this.#answer && this.#call.interrupt === this.giveUp) this.#call.done = true;
    clearTimeout(this.#timer);
    this.#onOver(brokenOff);
  }
}

const rawHeadersOf = ({ rawHeaders }: Dispatcher.DispatchController): string[] =>
  textsOf((rawHeaders ?? []) as Buffer[]);

const NO_TRAILERS: readonly string[] = [];

const trailersOf = ({ rawTrailers }: Dispatcher.DispatchController): readonly string[] =>
  Array.isArray(rawTrailers) && rawTrailers.length > 0 ? textsOf(rawTrailers as Buffer[]) : NO_TRAILERS;

const textsOf = (raw: readonly Buffer[]): string[] => {
  const texts = new Array<string>(raw.length);
  for (let i = 0; i < raw.length; i++) texts[i] = (raw[i] as Buffer).toString('latin1');
  return texts;
};

/** Why a response cannot be passed on, though it can be read. */
const faultOf = (status: number, coding: string | string[] | undefined): ResponseFault | undefined => {
  if (status < 100 || status > LAST_STATUS) return 'status';
  if (status === SWITCHING_PROTOCOLS) return 'not-http';
  // No other is asked for, and without its name the body would be taken for what it is not (RFC 9112 §7.4).
  if (coding !== undefined && String(coding).trim().toLowerCase() !== 'chunked') return 'transfer-coding';
  return undefined;
};

/** A response without content (RFC 9110 §8.6, §15.3.6), whatever it says. */
const withoutContent = (headers: readonly string[], status: number): string[] => {
  const kept = withoutHeaders(headers, CONTENT_LENGTH);
  if (status === RESET_CONTENT) kept.push('Content-Length', '0');
  return kept;
};

const CONTENT_LENGTH: ReadonlySet<string> = new Set(['content-length']);

/** Not given up here, which has no cause, and not for a silence, which an event stream may have. */
const isOfUpstream = (error: Error): error is CallFailure => {
  if (!(error instanceof CallFailure) || error.cause === undefined) return false;
  return causeCode(error.cause) !== 'UND_ERR_BODY_TIMEOUT';
};
