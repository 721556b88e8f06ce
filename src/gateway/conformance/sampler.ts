/** Which answers are looked at: the first, and then as many of those that follow as the share says, evenly. */
export class Sampler {
  readonly #share: number;
  #credit: number;

  constructor(share: number) {
    this.#share = share;
    this.#credit = share > 0 ? 1 - share : 0;
  }

  isDue(): boolean {
    this.#credit += this.#share;
    // Tenths do not add up to a whole exactly.
    if (this.#credit < 1 - 1e-9) return false;
    this.#credit -= 1;
    return true;
  }
}
