/**
 * Opens a circuit by the share of failures within a time. cockatiel's own lets go of one slot of its window a call,
 * however long ago the last one was: a failure an hour would open it after five hours.
 */
import { CircuitState, type IBreaker } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import { RecentCount } from './sliding-counter.ts';

export class Sampling implements IBreaker {
  /** Nothing that would be kept elsewhere. */
  state: unknown;
  readonly #threshold: number;
  readonly #minimumCalls: number;
  readonly #calls: RecentCount;
  readonly #failures: RecentCount;
  #revised = 0;

  constructor({ threshold, minimumCalls, window }: Extract<BreakerPolicy, { kind: 'sampling' }>) {
    this.#threshold = threshold;
    this.#minimumCalls = minimumCalls;
    this.#calls = new RecentCount(window);
    this.#failures = new RecentCount(window);
  }

  /** How many calls failed within the window. */
  get failures(): number {
    return this.#failures.at(performance.now());
  }

  /** Whether there was not one success within the window. */
  get isSilent(): boolean {
    const now = performance.now();
    return this.#calls.at(now) <= this.#failures.at(now);
  }

  /** The next failure is of a call that was counted as a success. */
  revise(): void {
    this.#revised += 1;
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) {
      this.#calls.clear();
      this.#failures.clear();
      this.#revised = 0;
    }
    this.#calls.add(performance.now());
  }

  failure(state: CircuitState): boolean {
    const now = performance.now();
    if (this.#revised > 0) this.#revised -= 1;
    else this.#calls.add(now);
    this.#failures.add(now);
    if (state !== CircuitState.Closed) return true;
    const calls = this.#calls.at(now);
    return calls >= this.#minimumCalls && this.#failures.at(now) > this.#threshold * calls;
  }
}
