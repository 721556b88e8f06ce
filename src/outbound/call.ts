/** One call to a target, over all its attempts: what is asked, until when, and how it is given up. */
import type { Readable } from 'node:stream';
import type { UpstreamAnswer } from './answer.ts';
import { CallAborted } from './call-failure.ts';

export interface OutboundRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value …; without `Host`, `Content-Length` of a buffer, and hop-by-hop headers. */
  readonly headers: readonly string[];
  /** A stream is sent once at most; a buffer can be repeated. */
  readonly body?: Buffer | Readable | null;
  /** Whose it is in the contract of the target, for those who look into what failed. */
  readonly operationId?: string;
}

export class Call {
  readonly request: OutboundRequest;
  /** `performance.now()` after which nothing is tried any more. */
  readonly deadline: number;
  retries = 0;
  /** Milliseconds to the next attempt, decided when the last one failed. */
  delay = 0;
  /** Nothing more will come: there is nothing left to give up. */
  done = false;
  /** Set when the call was given up, by its caller or by its deadline. */
  over: Error | undefined;
  /** Settles when the head of the answer is here; rejects with a Problem or CallAborted. */
  answer!: Promise<UpstreamAnswer>;
  /** Ends whatever is going on for this call at the moment. */
  interrupt: ((reason: Error) => void) | undefined;

  constructor(request: OutboundRequest, deadline: number) {
    this.request = request;
    this.deadline = deadline;
  }

  get remaining(): number {
    return this.deadline - performance.now();
  }

  /** Gives the call up, the body of its answer too; without effect when that is already here whole. */
  abort(): void {
    // Most calls are over when their caller goes, and an Error costs as much as all the rest of this file.
    if (!this.done) this.end(new CallAborted());
  }

  end(reason: Error): void {
    this.over ??= reason;
    this.interrupt?.(reason);
  }
}
