/** Key ids that an issuer does not have, for a few minutes. It is bounded; the oldest id is forgotten first. */

const MAX_IDS = 128;
const MAX_AGE = 300_000;

export class RecentIds {
  readonly #until = new Map<string, number>();

  has(id: string, now: number): boolean {
    const until = this.#until.get(id);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(id);
    return false;
  }

  add(id: string, now: number): void {
    this.#until.delete(id);
    this.#until.set(id, now + MAX_AGE);
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MAX_IDS) break;
      this.#until.delete(oldest);
    }
  }
}
