/** How far services have drifted from their contracts, by operation: counted, and the latest faults of each kept. */
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { type FaultKind, faultKey, type ResponseFault } from './response-fault.ts';

interface CountedFault extends ResponseFault {
  readonly count: number;
  /** When it was seen last. */
  readonly at: string;
}

export interface OperationDrift {
  readonly operationId: string;
  /** Answers that were held against the contract. */
  readonly checked: number;
  /** Those of them that were not as it says. */
  readonly drifted: number;
  /** Answers of which that could not be told. */
  readonly unverified: number;
  /** Drifted answers by what was wrong; one may be wrong in several ways. */
  readonly why: Readonly<Partial<Record<FaultKind, number>>>;
  /** Different ones, the latest first. */
  readonly faults: readonly CountedFault[];
}

export interface ServiceDrift {
  readonly mode: 'observe' | 'enforce';
  readonly sample?: number;
  /** Those of which an answer was looked at, what drifted most first. */
  readonly operations: readonly OperationDrift[];
}

/** How the answers of a service are looked at. */
export type InspectedService = Pick<ServiceConfig, 'name' | 'responses' | 'sample'>;

/** Different faults of an operation that are kept. */
const MAX_KEPT = 5;

export class OperationStats {
  readonly operationId: string;
  #checked = 0;
  #drifted = 0;
  #unverified = 0;
  readonly #why: Partial<Record<FaultKind, number>> = {};
  /** The latest last. */
  readonly #faults = new Map<string, CountedFault>();

  constructor(operationId: string) {
    this.operationId = operationId;
  }

  /** Where it could not be told whether an answer is as the contract says. */
  addUnverified(): void {
    this.#unverified += 1;
  }

  /** @returns the faults that are not among those kept */
  addChecked(faults: readonly ResponseFault[]): readonly ResponseFault[] {
    this.#checked += 1;
    if (faults.length === 0) return faults;
    this.#drifted += 1;
    for (const kind of new Set(faults.map((fault) => fault.kind)))
      this.#why[kind] = (this.#why[kind] ?? 0) + 1;
    const distinct = new Map(faults.map((fault) => [faultKey(fault), fault]));
    const fresh = [...distinct].filter(([key]) => !this.#faults.has(key)).map(([, fault]) => fault);
    const at = new Date().toISOString();
    for (const [key, fault] of distinct) {
      const count = (this.#faults.get(key)?.count ?? 0) + 1;
      this.#faults.delete(key);
      this.#faults.set(key, { ...fault, count, at });
    }
    for (const key of [...this.#faults.keys()].slice(0, -MAX_KEPT)) this.#faults.delete(key);
    return fresh;
  }

  snapshot(): OperationDrift {
    return {
      operationId: this.operationId,
      ...{ checked: this.#checked, drifted: this.#drifted, unverified: this.#unverified },
      why: { ...this.#why },
      faults: [...this.#faults.values()].toReversed(),
    };
  }
}

export class ConformanceStats {
  readonly #services = new Map<string, Map<string, OperationStats>>();

  operation(service: string, operationId: string): OperationStats {
    const byOperation = this.#services.get(service) ?? new Map<string, OperationStats>();
    this.#services.set(service, byOperation);
    const stats = byOperation.get(operationId) ?? new OperationStats(operationId);
    byOperation.set(operationId, stats);
    return stats;
  }

  /** Undefined where nobody looks at its answers. */
  of({ name, responses: mode, sample }: InspectedService): ServiceDrift | undefined {
    if (mode === 'off') return undefined;
    const operations = [...(this.#services.get(name)?.values() ?? [])]
      .map((record) => record.snapshot())
      .filter(({ checked, unverified }) => checked + unverified > 0)
      .sort((a, b) => b.drifted - a.drifted || (a.operationId < b.operationId ? -1 : 1));
    return { mode, ...(mode === 'observe' && { sample }), operations };
  }
}
