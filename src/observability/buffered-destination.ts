/**
 * Log lines on their way out, in blocks: a block of strings is put together by V8 for almost nothing, where
 * SonicBoom's own buffer measures all that it holds for every line that is added.
 */
import type { DestinationStream } from 'pino';

/** Characters in a block. */
const BLOCK = 16_384;
/** Milliseconds that a line is held at most. */
const HELD = 200;

export class LineBlocks implements DestinationStream {
  readonly #sink: DestinationStream;
  #block = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: DestinationStream) {
    this.#sink = sink;
  }

  write(line: string): void {
    this.#block += line;
    if (this.#block.length >= BLOCK) this.release();
    else this.#timer ??= setTimeout(() => this.release(), HELD).unref();
  }

  /** Gives on what is held. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#block === '') return;
    this.#sink.write(this.#block);
    this.#block = '';
  }
}
