/**
 * Limits how many passwords are hashed at once. Each hash takes memory and a thread of the pool, which files and name
 * lookups use too, so that a flood of wrong passwords must not occupy all of them.
 */

export interface HashQueueOptions {
  readonly concurrent: number;
  readonly queued: number;
}

export class HashQueue {
  readonly #options: HashQueueOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: HashQueueOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#waiting.length >= this.#options.queued && this.#running >= this.#options.concurrent;
  }

  /** Call it only while the queue is not full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.concurrent)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await task();
    } finally {
      // The next task takes over the place of this one.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
