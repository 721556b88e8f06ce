/** Runs jobs after responses are sent: one per turn of the event loop, with a limited number of pending jobs. */
export class DeferredQueue {
  readonly #capacity: number;
  readonly #jobs: (() => Promise<void>)[] = [];
  #reserved = 0;

  constructor(room: number) {
    this.#capacity = room;
  }

  /** Reserves a place until its job is done. @returns false if no place is free */
  reserve(): boolean {
    if (this.#reserved >= this.#capacity) return false;
    this.#reserved += 1;
    return true;
  }

  /** @param job job for a reserved place; it must not throw */
  add(job: () => Promise<void>): void {
    if (this.#jobs.push(job) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const job = this.#jobs.shift();
    if (this.#jobs.length > 0) setImmediate(this.#run);
    void job?.().finally(() => {
      this.#reserved -= 1;
    });
  };
}
