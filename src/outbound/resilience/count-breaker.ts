/**
 * Opens a circuit by the share of failures among the latest calls, as cockatiel counts them; failures in a row are the
 * share of all of them. Beside that, a success can be taken back.
 */
import { type CircuitState, CountBreaker as Counter, type IBreaker } from 'cockatiel';
import type { BreakerPolicy } from '../../config/policies/breaker.ts';

/** As cockatiel keeps it. */
interface Counted {
  /** A ring: whether each call was well, `null` where there was none yet. */
  readonly samples: readonly (boolean | null)[];
  /** Where the next goes. */
  readonly currentSample: number;
  readonly successes: number;
  readonly failures: number;
}

export class CountBreaker implements IBreaker {
  readonly #counted: Counter;

  constructor(policy: Exclude<BreakerPolicy, { kind: 'sampling' }>) {
    this.#counted = new Counter(
      policy.kind === 'count'
        ? { threshold: policy.threshold, size: policy.calls, minimumNumberOfCalls: policy.minimumCalls }
        : { threshold: (policy.failures - 0.5) / policy.failures, size: policy.failures },
    );
  }

  get state(): Counted {
    return this.#counted.state as Counted;
  }

  set state(state: Counted) {
    this.#counted.state = state;
  }

  /** How many of them failed. */
  get failures(): number {
    return this.state.failures;
  }

  /** Whether there was not one success among them. */
  get hasNoSuccess(): boolean {
    return this.state.successes === 0;
  }

  /** The next failure is of a call that was counted as a success: the latest is forgotten. */
  retractSuccess(): void {
    const { samples, currentSample, successes, failures } = this.state;
    const calls = [...samples.slice(currentSample), ...samples.slice(0, currentSample)];
    const known = calls.filter((one) => one !== null);
    const latest = known.lastIndexOf(true);
    if (latest < 0) return;
    const left = known.toSpliced(latest, 1);
    const rest = Array.from({ length: samples.length - left.length }, () => null);
    this.state = {
      ...{ samples: [...left, ...rest], currentSample: left.length },
      ...{ successes: successes - 1, failures },
    };
  }

  success(state: CircuitState): void {
    this.#counted.success(state);
  }

  failure(state: CircuitState): boolean {
    return this.#counted.failure(state);
  }
}
