/**
 * Log lines on their way out, in blocks: a block of strings is put together by V8 for almost nothing, where
 * SonicBoom's own buffer measures all that it holds for every line that is added.
 */
import type { DestinationStream } from 'pino';

/** Characters in a block. */
const BLOCK_SIZE = 16_384;
/** Milliseconds that a line is held at most. */
const MAX_DELAY = 200;

export class BufferedDestination implements DestinationStream {
  readonly #sink: DestinationStream;
  #block = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: DestinationStream) {
    this.#sink = sink;
  }

  write(line: string): void {
    this.#block += line;
    if (this.#block.length >= BLOCK_SIZE) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), MAX_DELAY).unref();
  }

  /** Gives on what is held. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#block === '') return;
    this.#sink.write(this.#block);
    this.#block = '';
  }
}
