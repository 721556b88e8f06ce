/**
 * Changes to several files that are applied together or, after a failure, not at all.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

export class FileChanges {
  /** The root folder of the project. */
  readonly root: string;
  /** The new text of each file; undefined for files to remove. */
  readonly #files = new Map<string, string | undefined>();

  constructor(root: string) {
    this.root = root;
  }

  /** The text of a file after the changes. @param path relative to the root */
  read(path: string): string {
    const changed = this.#files.get(path);
    return changed ?? readFileSync(join(this.root, path), 'utf8');
  }

  has(path: string): boolean {
    return this.#files.has(path) ? this.#files.get(path) !== undefined : existsSync(join(this.root, path));
  }

  write(path: string, text: string): void {
    if (!this.has(path) || this.read(path) !== text) this.#files.set(path, text);
  }

  /** Removes a file, or all files of a folder. */
  remove(path: string): void {
    for (const file of [...this.#files.keys()])
      if (file === path || file.startsWith(`${path}/`)) this.#files.set(file, undefined);
    for (const file of filesIn(this.root, path)) this.#files.set(file, undefined);
  }

  /** A summary with one line for each file. */
  get lines(): string[] {
    return [...this.#files]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, text]) => {
        if (text === undefined) return `removed  ${path}`;
        return `${existsSync(join(this.root, path)) ? 'changed ' : 'new     '} ${path}`;
      });
  }

  /** The paths of new and changed files. */
  get written(): string[] {
    return [...this.#files].flatMap(([path, text]) => (text === undefined ? [] : [path]));
  }

  /**
   * Applies the changes. After a failure or a signal, it restores all files; a signal then ends the process.
   * @param then the next step, such as the generation of documents; its signal says when to stop
   * @param touched files that this step may change, which are restored too
   */
  async apply(then: (ending: AbortSignal) => Promise<void>, touched: readonly string[] = []): Promise<void> {
    const before = new Map(
      [...this.#files.keys(), ...touched].map((path) => [path, textOf(join(this.root, path))]),
    );
    const { ending, release } = deferSignals();
    try {
      for (const [path, text] of this.#files) this.#put(path, text);
      await then(ending);
      ending.throwIfAborted();
    } catch (error) {
      for (const [path, text] of before) this.#put(path, text);
      if (ending.aborted) process.exit(ending.reason as number);
      throw error;
    } finally {
      release();
    }
  }

  #put(path: string, text: string | undefined): void {
    const place = join(this.root, path);
    if (text !== undefined) {
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
      return;
    }
    rmSync(place, { force: true });
    // Empty folders are removed too.
    for (let folder = dirname(place); folder !== this.root; folder = dirname(folder)) {
      if (!existsSync(folder)) continue;
      if (readdirSync(folder).length > 0) break;
      rmSync(folder, { recursive: true });
    }
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Shells report the exit code 128 + the number of the signal. */
const SIGNAL_EXIT_BASE = 128;

/** Defers signals, because another process may be writing. The reason of the abort is the exit code. */
function deferSignals() {
  const controller = new AbortController();
  const end = (signal: NodeJS.Signals) => controller.abort(SIGNAL_EXIT_BASE + constants.signals[signal]);
  for (const signal of SIGNALS) process.on(signal, end);
  return {
    ending: controller.signal,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, end);
    },
  };
}

const textOf = (place: string): string | undefined =>
  existsSync(place) ? readFileSync(place, 'utf8') : undefined;

function filesIn(root: string, path: string): string[] {
  const place = join(root, path);
  if (!existsSync(place)) return [];
  const entries = readdirSync(dirname(place), { withFileTypes: true });
  if (entries.some((one) => one.name === path.split('/').at(-1) && one.isFile())) return [path];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(root.length + 1));
}
