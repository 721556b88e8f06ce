/**
 * Buffers log lines and writes them in blocks. V8 concatenates strings at almost no cost, while the buffer of
 * SonicBoom measures its whole content for each line.
 */
import type { DestinationStream } from 'pino';

/** Number of characters in a block. */
const BLOCK_SIZE = 16_384;
/** Maximum number of milliseconds for which a line is buffered. */
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

  /** Writes the buffered lines. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#block === '') return;
    this.#sink.write(this.#block);
    this.#block = '';
  }
}
