/** How often something happened within a time that goes along: in ten slots, round and round, with their sum beside them. */

const SLOTS = 10;

export class RecentCount {
  readonly #slots = new Float64Array(SLOTS);
  readonly #slotTime: number;
  #sum = 0;
  #latest = 0;

  /** @param window in milliseconds; what is older, to a tenth of it, is forgotten */
  constructor(window: number) {
    this.#slotTime = window / SLOTS;
  }

  /** @param now of `performance.now()`, here and below */
  add(now: number): void {
    this.#forget(now);
    const slot = this.#latest % SLOTS;
    this.#slots[slot] = (this.#slots[slot] as number) + 1;
    this.#sum += 1;
  }

  at(now: number): number {
    this.#forget(now);
    return this.#sum;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#sum = 0;
  }

  #forget(now: number): void {
    const current = Math.floor(now / this.#slotTime);
    for (let next = Math.max(this.#latest, current - SLOTS) + 1; next <= current; next++) {
      this.#sum -= this.#slots[next % SLOTS] as number;
      this.#slots[next % SLOTS] = 0;
    }
    this.#latest = current;
  }
}
