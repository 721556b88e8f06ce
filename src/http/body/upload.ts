/** A body that is forwarded while it arrives. It fails with a Problem where it is larger than the limit. */
import { Transform, type TransformCallback } from 'node:stream';
import { Problem } from '../../contract/problem.ts';
import { contentTooLarge } from '../../contract/problems.ts';

/** A sender that has sent this much is taken to continue. */
const FIRST_BYTES = 65_536;

export const contentTooLargeProblem = (limit: number): Problem =>
  new Problem(contentTooLarge, `The body is larger than ${limit} bytes.`, { extensions: { limit } });

export class Upload extends Transform {
  readonly #limit: number;
  readonly #started = Promise.withResolvers<void>();
  #bytes = 0;

  constructor(limit: number) {
    super({ highWaterMark: FIRST_BYTES });
    this.#limit = limit;
    this.once('close', this.#started.resolve);
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
    if (this.#bytes <= this.#limit) done(null, chunk);
    else done(contentTooLargeProblem(this.#limit));
  }

  override _flush(done: TransformCallback): void {
    this.#started.resolve();
    done();
  }
}
