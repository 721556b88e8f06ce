/** Counts the requests that were refused for their credentials, or would be with `enforce: on`, by operation. */
import { authenticationRequired, insufficientScope } from '../../contract/problems.ts';

export interface OperationRefusals {
  readonly operationId: string;
  /** Credentials were missing or not valid. */
  readonly unauthenticated: number;
  /** A scope was missing. */
  readonly forbidden: number;
  /** Credentials could not be verified. */
  readonly unverifiable: number;
}

type Kind = Exclude<keyof OperationRefusals, 'operationId'>;

const KINDS: ReadonlyMap<string, Kind> = new Map([
  [authenticationRequired.code, 'unauthenticated'],
  [insufficientScope.code, 'forbidden'],
]);

/** The documents bound the number of operations, but reloads may replace them again and again. */
const MAX_OPERATIONS = 100_000;

export class RefusalStatistics {
  readonly #counts = new Map<string, Map<string, Record<Kind, number>>>();
  #size = 0;

  /** @param code the code of the problem that says why */
  count(service: string, operationId: string, code: string): void {
    const operations = this.#counts.get(service) ?? new Map<string, Record<Kind, number>>();
    this.#counts.set(service, operations);
    let counts = operations.get(operationId);
    if (counts === undefined) {
      if (this.#size >= MAX_OPERATIONS) return;
      this.#size += 1;
      counts = { unauthenticated: 0, forbidden: 0, unverifiable: 0 };
      operations.set(operationId, counts);
    }
    counts[KINDS.get(code) ?? 'unverifiable'] += 1;
  }

  of(service: string): readonly OperationRefusals[] {
    return [...(this.#counts.get(service) ?? [])].map(([operationId, counts]) => ({
      operationId,
      ...counts,
    }));
  }
}
