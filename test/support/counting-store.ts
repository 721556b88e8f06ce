/** A shared store of rate limits in this process, which a test can lose and find again. */
import type { Charge, ChargeResult, RateStore } from '../../src/outbound/rate-limits/rate-store.ts';
import type { TestClock } from './rate-limits.ts';

export class CountingStore implements RateStore {
  isAway = false;
  outage = 1;
  readonly gateways: number;
  readonly #clock: TestClock;
  readonly #states = new Map<string, number>();

  constructor(clock: TestClock, gateways: number) {
    this.#clock = clock;
    this.gateways = gateways;
  }

  charge(charges: readonly Charge[]): Promise<ChargeResult> | undefined {
    if (this.isAway) return undefined;
    const { now } = this.#clock;
    const known = charges.map(({ key, rate, level }) =>
      Math.max(0, level, (this.#states.get(key) ?? 0) - now * rate),
    );
    const isAllowed = charges.every(
      ({ cost, capacity }, index) => (known[index] as number) + cost <= capacity + 1e-6,
    );
    const levels = charges.map(({ key, rate, cost }, index) => {
      const level = (known[index] as number) + (isAllowed ? cost : 0);
      this.#states.set(key, now * rate + level);
      return level;
    });
    return Promise.resolve({ isAllowed, levels });
  }

  /** @param losesData whether it comes back empty */
  comeBack(losesData: boolean): void {
    this.isAway = false;
    this.outage += 1;
    if (losesData) this.#states.clear();
  }

  retain(): void {}
  async release(): Promise<void> {}
}
