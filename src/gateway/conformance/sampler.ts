/** Selects responses to inspect: the first, then the given share of the following ones, evenly distributed. */
export class Sampler {
  readonly #share: number;
  #credit: number;

  constructor(share: number) {
    this.#share = share;
    this.#credit = share > 0 ? 1 - share : 0;
  }

  isDue(): boolean {
    this.#credit += this.#share;
    // Floating point sums of shares are not exact.
    if (this.#credit < 1 - 1e-9) return false;
    this.#credit -= 1;
    return true;
  }
}
