/**
 * A body that is forwarded while it arrives. It fails with a Problem where it is larger than the limit, or where the
 * part that waits to be sent does not fit into the memory for bodies.
 */
import { Transform, type TransformCallback } from 'node:stream';
import { Problem } from '../../contract/problem.ts';
import { contentTooLarge } from '../../contract/problems.ts';
import { type HeldBody, tooManyBodiesProblem } from './held-bodies.ts';

/** A sender that has sent this much is taken to continue. */
const FIRST_BYTES = 65_536;

export const contentTooLargeProblem = (limit: number): Problem =>
  new Problem(contentTooLarge, `The body is larger than ${limit} bytes.`, { extensions: { limit } });

export class Upload extends Transform {
  readonly #limit: number;
  readonly #held: HeldBody;
  readonly #started = Promise.withResolvers<void>();
  #bytes = 0;

  constructor(limit: number, held: HeldBody) {
    super({ highWaterMark: FIRST_BYTES });
    this.#limit = limit;
    this.#held = held;
    this.once('close', () => {
      held.release();
      this.#started.resolve();
    });
  }

  /**
   * Resolves when the first part or all of the body has arrived. A slow sender thus need not occupy an upstream
   * before.
   */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes >= FIRST_BYTES) this.#started.resolve();
    if (this.#bytes > this.#limit) done(contentTooLargeProblem(this.#limit));
    // Counts what has not been read yet, this chunk included.
    else if (!this.#held.resize(this.readableLength + this.writableLength)) done(tooManyBodiesProblem());
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.#started.resolve();
    done();
  }
}
