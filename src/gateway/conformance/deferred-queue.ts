/** What can wait until answers are sent: one job a turn of the event loop, and no more than there is room for. */
export class DeferredQueue {
  readonly #capacity: number;
  readonly #jobs: (() => Promise<void>)[] = [];
  #reserved = 0;

  constructor(room: number) {
    this.#capacity = room;
  }

  /** A place is taken from here until its job is done. @returns whether there was one */
  reserve(): boolean {
    if (this.#reserved >= this.#capacity) return false;
    this.#reserved += 1;
    return true;
  }

  /** @param job for a place that was taken; it does not throw */
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
