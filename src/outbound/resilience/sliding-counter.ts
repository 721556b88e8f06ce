/** Counts events within a sliding time window: ten slots in a ring, with their sum. */

const SLOTS = 10;

export class SlidingCounter {
  readonly #slots = new Float64Array(SLOTS);
  readonly #slotTime: number;
  #sum = 0;
  #latest = 0;

  /** @param window in milliseconds; events are dropped to the accuracy of a tenth of it */
  constructor(window: number) {
    this.#slotTime = window / SLOTS;
  }

  /** @param now of `performance.now()`, here and below */
  add(now: number): void {
    this.#dropOldSlots(now);
    const slot = this.#latest % SLOTS;
    this.#slots[slot] = (this.#slots[slot] as number) + 1;
    this.#sum += 1;
  }

  at(now: number): number {
    this.#dropOldSlots(now);
    return this.#sum;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#sum = 0;
  }

  #dropOldSlots(now: number): void {
    const current = Math.floor(now / this.#slotTime);
    for (let next = Math.max(this.#latest, current - SLOTS) + 1; next <= current; next++) {
      this.#sum -= this.#slots[next % SLOTS] as number;
      this.#slots[next % SLOTS] = 0;
    }
    this.#latest = current;
  }
}
