/**
 * Saves the last valid configuration and documents in a folder, so that a later fault in them does not prevent a restart.
 * The configuration is saved as it is written, with its references to secrets and without their values. A folder that
 * cannot be written only causes a warning.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from './source.ts';

export class LastKnownGood {
  readonly #folder: string;
  readonly #onError: (message: string) => void;

  constructor(dataDir: string, onTrouble: (message: string) => void = () => {}) {
    this.#folder = join(dataDir, 'last-good');
    this.#onError = onTrouble;
  }

  text(place: string): string | undefined {
    try {
      const kept = JSON.parse(readFileSync(this.#file(place), 'utf8')) as Partial<Source & Stored>;
      // Earlier versions stored the place itself.
      return kept.id === hashOf(place) || kept.place === place ? kept.text : undefined;
    } catch {
      return undefined;
    }
  }

  /** @param places everything in use; saved texts of other places are deleted */
  async save(sources: readonly Pick<Source, 'place' | 'text'>[], places: readonly string[]): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      for (const { place, text } of sources)
        await write(this.#file(place), JSON.stringify({ id: hashOf(place), text } satisfies Stored));
      const inUse = new Set(places.map((place) => this.#file(place)));
      for (const name of await readdir(this.#folder)) {
        const file = join(this.#folder, name);
        if (!inUse.has(file)) await rm(file, { force: true });
      }
    } catch (error) {
      this.#onError(
        `DATA_DIR: the last known good configuration could not be saved for a restart: ${(error as Error).message}`,
      );
    }
  }

  #file(place: string): string {
    return join(this.#folder, `${hashOf(place).slice(0, 24)}.json`);
  }
}

/** Without the place, because the URL of a document may have a secret. */
interface Stored {
  readonly id: string;
  readonly text: string;
}

const hashOf = (place: string): string => createHash('sha256').update(place).digest('hex');

/** Writes atomically, and only for the current user because a configuration may contain secrets. */
async function write(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, file);
}
