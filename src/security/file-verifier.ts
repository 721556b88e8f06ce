/** The part that verifiers share whose data is in a file: they use its last good version, and report its fault. */
import type { WatchedFile } from '../config/watched-file.ts';
import type { Unavailable } from './verifier.ts';

/** Seconds after which the file may be repaired. */
const RETRY_AFTER = 5;

export abstract class FileVerifier<Value> {
  readonly #file: WatchedFile<Value>;
  readonly #content: string;

  /** @param content what the file has, such as `keys`, for messages */
  constructor(file: WatchedFile<Value>, content: string) {
    this.#file = file;
    this.#content = content;
  }

  /** The last good version of the file; undefined if there was none yet. */
  protected get value(): Value | undefined {
    return this.#file.value;
  }

  fault(): string | undefined {
    return this.#file.fault;
  }

  /** Reads the file again if it has changed. */
  reload(): Promise<void> {
    return this.#file.reload();
  }

  close(): void {
    this.#file.close();
  }

  /** The result of every verification while there is no good version. */
  protected unavailable(): Unavailable {
    return {
      unavailable: this.#file.fault ?? `the file of ${this.#content} was not read`,
      retryAfter: RETRY_AFTER,
    };
  }
}
