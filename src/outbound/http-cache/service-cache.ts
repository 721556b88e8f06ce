/** What is kept of one service: by path, and forgotten as a whole when it is another service, or another document. */
import { isDeepStrictEqual } from 'node:util';
import { type CacheStore, type Kept, keyOf } from './store/store.ts';
import type { Stored } from './stored-response.ts';

/** Answers that are kept for one resource, as languages and formats; the oldest goes first. */
const MOST_VARIANTS = 16;

export interface ShelfOptions {
  readonly service: string;
  readonly epoch: string;
  readonly store: CacheStore;
  /** Most bytes of a body that is kept. */
  readonly entry: number;
}

export class Shelf {
  readonly entry: number;
  readonly #options: ShelfOptions;

  constructor(options: ShelfOptions) {
    this.#options = options;
    this.entry = options.entry;
  }

  keyOf(path: string): string {
    return keyOf(this.#options.service, this.#options.epoch, path);
  }

  get(key: string) {
    return this.#options.store.get(key);
  }

  /**
   * Instead of the one that was kept for such requests.
   * @param state of the resource when it was asked for
   * @param before what it was, where that was for other requests
   */
  async put(key: string, one: Stored, state: Kept['state'], before = one): Promise<void> {
    const { answers } = await this.#others(key, one, before);
    await this.#options.store.set(key, [...answers.slice(1 - MOST_VARIANTS), one], state);
  }

  async remove(key: string, one: Stored): Promise<void> {
    const { answers, state } = await this.#others(key, one);
    await (answers.length === 0 ? this.delete(key) : this.#options.store.set(key, answers, state));
  }

  async delete(key: string): Promise<void> {
    await this.#options.store.delete(key);
  }

  async #others(key: string, ...ones: readonly Stored[]): Promise<Kept> {
    const { answers, state } = await this.get(key);
    const isOne = ({ selecting }: Stored) => ones.some((one) => isDeepStrictEqual(one.selecting, selecting));
    return { answers: answers.filter((other) => !isOne(other)), state };
  }
}
