/**
 * A file beside `gateway.yaml`, such as a file of keys, that is read again when it changes. A version that cannot be read
 * or has faults is rejected: the last good version stays in use, and `fault` says why.
 */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { ConfigError, toConfigError } from './config-error.ts';
import { versionOf, versionOfSync } from './file-version.ts';
import { watch } from './watch.ts';

export interface WatchedFileOptions<Value> {
  /** Absolute path. */
  readonly file: string;
  /** @throws ConfigError with the faults of the text */
  parse(text: string, file: string): Value;
  /** A larger file is rejected. */
  readonly maxBytes: number;
  /** Milliseconds between two checks for changes; 0 disables them. */
  readonly interval?: number | undefined;
}

const INTERVAL = 1000;

export class WatchedFile<Value> {
  readonly #options: WatchedFileOptions<Value>;
  readonly #stop: () => void;
  #value: Value | undefined;
  #fault: string | undefined;
  /** The version of the file that was read last. */
  #version: string;
  /** Reloads run one after the other, so that the newest version wins. */
  #reloading: Promise<void> = Promise.resolve();

  /** Reads the file at once, so that the first request finds it. */
  constructor(options: WatchedFileOptions<Value>) {
    this.#options = options;
    const { file, interval = INTERVAL } = options;
    this.#version = versionOfSync(file);
    this.#apply(() => {
      assertReadable(statSync(file), options);
      return readFileSync(file, 'utf8');
    });
    this.#stop = watch({
      places: () => [file],
      intervals: () => ({ files: interval, urls: 0 }),
      isRefused: () => this.#fault !== undefined,
      reload: () => this.reload(),
    });
  }

  /** The last good version; undefined if there was none yet. */
  get value(): Value | undefined {
    return this.#value;
  }

  /** Why the newest version was rejected: one line for each fault. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Reads the file if it has changed. Never rejects. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  close(): void {
    this.#stop();
  }

  async #reload(): Promise<void> {
    const { file } = this.#options;
    // The version is determined before the text is read, so that a write in between is noticed next time.
    const version = await versionOf(file);
    // A file that could not be read may be readable now without a change, as its permissions are no part of the version.
    if (version === this.#version && this.#fault === undefined) return;
    this.#version = version;
    try {
      assertReadable(await stat(file), this.#options);
      const text = await readFile(file, 'utf8');
      this.#apply(() => text);
    } catch (error) {
      this.#reject(error);
    }
  }

  #apply(read: () => string): void {
    const { file, parse } = this.#options;
    try {
      this.#value = parse(read(), file);
      this.#fault = undefined;
    } catch (error) {
      this.#reject(error);
    }
  }

  #reject(error: unknown): void {
    const { file } = this.#options;
    const { code } = error as NodeJS.ErrnoException;
    this.#fault =
      code === undefined ? toConfigError(error, file).message : `${file}: cannot be read (${code})`;
  }
}

function assertReadable(
  stats: Stats,
  { file, maxBytes }: Pick<WatchedFileOptions<unknown>, 'file' | 'maxBytes'>,
): void {
  // Reading a pipe or a device may never end.
  if (!stats.isFile()) throw new ConfigError(`${file}: is not a file`);
  if (stats.size > maxBytes)
    throw new ConfigError(`${file}: is larger than ${maxBytes} bytes; split it, or make it smaller`);
}
