/**
 * One attempt of a call on a connection. It settles when the head of the answer arrives, a short answer when it is here
 * whole, so that one that breaks off can be asked for again; or at the latest after its time: one plain timer, as
 * cockatiel's timeout with its abort controllers costs far more.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { HELD_BYTES, UpstreamAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { CallFailure, classify } from './call-failure.ts';

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
    this.#timer ??= setTimeout(() => this.giveUp(new CallFailure(this.#call, 'timeout')), this.#milliseconds);
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
    { 'content-length': length }: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    const raw = controller.rawHeaders as Buffer[];
    const headers = new Array<string>(raw.length);
    for (let i = 0; i < raw.length; i++) headers[i] = (raw[i] as Buffer).toString('latin1');
    this.#answer = new UpstreamAnswer(this.#call, status, headers, controller);
    this.#isAwaited = length !== undefined && Number(length) <= HELD_BYTES;
    if (this.#isAwaited) {
      this.#startTimer();
      return;
    }
    clearTimeout(this.#timer);
    this.#resolve(this.#answer);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#answer?.receive(chunk);
  }

  onResponseEnd(): void {
    this.#finish();
    this.#answer?.finish();
    if (this.#answer && this.#isAwaited) this.#resolve(this.#answer);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (!this.#over) this.#fail(classify(this.#call, error, this.#controller !== undefined));
  }

  #fail(error: Error): void {
    const sent = this.#isAwaited ? undefined : this.#answer;
    this.#finish(sent && isBroken(error) ? error : undefined);
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

/** By who answered: not given up here, which has no code, and not for a silence, which an event stream may have. */
const isBroken = (error: Error): error is CallFailure => {
  if (!(error instanceof CallFailure) || error.kind !== 'broken') return false;
  const code = (error.cause as { code?: string } | undefined)?.code;
  return code !== undefined && code !== 'UND_ERR_BODY_TIMEOUT';
};
