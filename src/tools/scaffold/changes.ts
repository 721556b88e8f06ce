/**
 * Changes of files that happen together: all of them, or, when something fails on the way, none. Nothing is written
 * before all is known.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

export class FileChanges {
  /** Of the project. */
  readonly root: string;
  /** What a file is to hold; undefined where it is to go. */
  readonly #files = new Map<string, string | undefined>();

  constructor(root: string) {
    this.root = root;
  }

  /** As it is going to be. @param path from the root */
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

  /** A file, or all that a folder has. */
  remove(path: string): void {
    for (const file of [...this.#files.keys()])
      if (file === path || file.startsWith(`${path}/`)) this.#files.set(file, undefined);
    for (const file of filesIn(this.root, path)) this.#files.set(file, undefined);
  }

  /** What is done, a line a file. */
  get lines(): string[] {
    return [...this.#files]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, text]) => {
        if (text === undefined) return `removed  ${path}`;
        return `${existsSync(join(this.root, path)) ? 'changed ' : 'new     '} ${path}`;
      });
  }

  /** The files that there are to be. */
  get written(): string[] {
    return [...this.#files].flatMap(([path, text]) => (text === undefined ? [] : [path]));
  }

  /**
   * A signal ends the process when all is as it was before.
   * @param then what belongs to it, as the documents that are made from the contracts; is told when it is to end
   * @param touched files that this may change, so that they can be put back
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
    // A folder that has nothing left is one that nobody asked for.
    for (let folder = dirname(place); folder !== this.root; folder = dirname(folder)) {
      if (!existsSync(folder)) continue;
      if (readdirSync(folder).length > 0) break;
      rmSync(folder, { recursive: true });
    }
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Of a process that a signal has ended, to a shell. */
const SIGNAL_EXIT_BASE = 128;

/** Signals that wait, since another process may be writing; the reason is the exit code. */
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
