/**
 * Opens a circuit by the share of failures among the latest calls; failures in a row are a share of all of them. In
 * contrast to cockatiel's CountBreaker, a success can be retracted.
 */
import { CircuitState, type IBreaker } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';

export class CountBreaker implements IBreaker {
  /** Part of cockatiel's interface, for breakers that are stored and restored. Unused here. */
  state: unknown;
  readonly #threshold: number;
  readonly #minimumCalls: number;
  /** A ring: whether each of the latest calls succeeded. */
  readonly #results: boolean[];
  readonly #size: number;
  /** Where in the ring the next result goes. */
  #next = 0;
  #calls = 0;
  #failures = 0;

  constructor(policy: Exclude<BreakerPolicy, { kind: 'sampling' }>) {
    if (policy.kind === 'count') {
      this.#size = policy.calls;
      this.#threshold = policy.threshold;
      this.#minimumCalls = policy.minimumCalls;
    } else {
      this.#size = policy.failures;
      this.#threshold = (policy.failures - 0.5) / policy.failures;
      this.#minimumCalls = policy.failures;
    }
    this.#results = new Array<boolean>(this.#size).fill(false);
  }

  /** How many of the latest calls failed. */
  get failures(): number {
    return this.#failures;
  }

  get hasNoSuccess(): boolean {
    return this.#failures === this.#calls;
  }

  /** Announces that the next failure belongs to a call that was counted as a success: drops the latest success. */
  retractSuccess(): void {
    const oldest = this.#next - this.#calls + this.#size;
    const results = Array.from(
      { length: this.#calls },
      (_, i) => this.#results[(oldest + i) % this.#size] as boolean,
    );
    const latest = results.lastIndexOf(true);
    if (latest < 0) return;
    this.#clear();
    for (const isSuccess of results.toSpliced(latest, 1)) this.#add(isSuccess);
  }

  success(state: CircuitState): void {
    if (state === CircuitState.HalfOpen) this.#clear();
    this.#add(true);
  }

  failure(state: CircuitState): boolean {
    this.#add(false);
    if (state !== CircuitState.Closed) return true;
    return this.#calls >= this.#minimumCalls && this.#failures > this.#threshold * this.#calls;
  }

  #clear(): void {
    this.#next = 0;
    this.#calls = 0;
    this.#failures = 0;
  }

  #add(isSuccess: boolean): void {
    if (this.#calls < this.#size) this.#calls += 1;
    else if (!this.#results[this.#next]) this.#failures -= 1;
    if (!isSuccess) this.#failures += 1;
    this.#results[this.#next] = isSuccess;
    this.#next = (this.#next + 1) % this.#size;
  }
}
