/**
 * Opens a circuit by the share of failures within a time window. cockatiel's SamplingBreaker drops one slot of its window
 * for each call, however long ago the last call was: one failure per hour would open the circuit after five hours.
 */
import { CircuitState, type IBreaker } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';
import { SlidingCounter } from './sliding-counter.ts';

export class SamplingBreaker implements IBreaker {
  /** Part of cockatiel's interface, for breakers that are stored and restored. Unused here. */
  state: unknown;
  readonly #threshold: number;
  readonly #minimumCalls: number;
  readonly #calls: SlidingCounter;
  readonly #failures: SlidingCounter;
  /** Calls that were counted as successes, and whose failures are still to be counted. */
  #retracted = 0;

  constructor({ threshold, minimumCalls, window }: Extract<BreakerPolicy, { kind: 'sampling' }>) {
    this.#threshold = threshold;
    this.#minimumCalls = minimumCalls;
    this.#calls = new SlidingCounter(window);
    this.#failures = new SlidingCounter(window);
  }

  /** How many calls failed within the window. */
  get failures(): number {
    return this.#failures.at(performance.now());
  }

  get hasNoSuccess(): boolean {
    const now = performance.now();
    return this.#calls.at(now) <= this.#failures.at(now);
  }

  /** Announces that the next failure belongs to a call that was counted as a success. */
  retractSuccess(): void {
    this.#retracted += 1;
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) {
      this.#calls.clear();
      this.#failures.clear();
      this.#retracted = 0;
    }
    this.#calls.add(performance.now());
  }

  failure(state: CircuitState): boolean {
    const now = performance.now();
    if (this.#retracted > 0) this.#retracted -= 1;
    else this.#calls.add(now);
    this.#failures.add(now);
    if (state !== CircuitState.Closed) return true;
    const calls = this.#calls.at(now);
    return calls >= this.#minimumCalls && this.#failures.at(now) > this.#threshold * calls;
  }
}
