/** Counts responses that deviate from their contracts, by operation, with the latest faults of each. */
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { type FaultKind, faultKey, type ResponseFault } from './response-fault.ts';

interface CountedFault extends ResponseFault {
  readonly count: number;
  /** When it occurred last. */
  readonly at: string;
}

export interface OperationDrift {
  readonly operationId: string;
  /** Number of responses that were checked. */
  readonly checked: number;
  /** Number of checked responses that did not match the contract. */
  readonly drifted: number;
  /** Number of responses that could not be checked. */
  readonly unverified: number;
  /** Drifted responses by kind of fault; a response may have several kinds. */
  readonly why: Readonly<Partial<Record<FaultKind, number>>>;
  /** Distinct faults, the latest first. */
  readonly faults: readonly CountedFault[];
}

export interface ServiceDrift {
  readonly mode: 'observe' | 'enforce';
  readonly sample?: number;
  /** Operations with inspected responses, those that drifted most first. */
  readonly operations: readonly OperationDrift[];
}

/** The settings that control how responses of a service are inspected. */
export type InspectedService = Pick<ServiceConfig, 'name' | 'responses' | 'sample'>;

/** Distinct faults that are stored per operation. */
const MAX_KEPT = 5;

export class OperationStats {
  readonly operationId: string;
  #checked = 0;
  #drifted = 0;
  #unverified = 0;
  readonly #why: Partial<Record<FaultKind, number>> = {};
  /** The latest fault is last. */
  readonly #faults = new Map<string, CountedFault>();

  constructor(operationId: string) {
    this.operationId = operationId;
  }

  /** Counts a response that could not be checked. */
  addUnverified(): void {
    this.#unverified += 1;
  }

  /** Counts a checked response. @returns the faults that are not stored yet */
  addChecked(faults: readonly ResponseFault[]): readonly ResponseFault[] {
    this.#checked += 1;
    if (faults.length === 0) return faults;
    this.#drifted += 1;
    for (const kind of new Set(faults.map((fault) => fault.kind)))
      this.#why[kind] = (this.#why[kind] ?? 0) + 1;
    const distinct = new Map(faults.map((fault) => [faultKey(fault), fault]));
    const newFaults = [...distinct].filter(([key]) => !this.#faults.has(key)).map(([, fault]) => fault);
    const at = new Date().toISOString();
    for (const [key, fault] of distinct) {
      const count = (this.#faults.get(key)?.count ?? 0) + 1;
      this.#faults.delete(key);
      this.#faults.set(key, { ...fault, count, at });
    }
    for (const key of [...this.#faults.keys()].slice(0, -MAX_KEPT)) this.#faults.delete(key);
    return newFaults;
  }

  snapshot(): OperationDrift {
    return {
      operationId: this.operationId,
      checked: this.#checked,
      drifted: this.#drifted,
      unverified: this.#unverified,
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

  /** @returns undefined if responses of the service are not inspected */
  of({ name, responses: mode, sample }: InspectedService): ServiceDrift | undefined {
    if (mode === 'off') return undefined;
    const operations = [...(this.#services.get(name)?.values() ?? [])]
      .map((record) => record.snapshot())
      .filter(({ checked, unverified }) => checked + unverified > 0)
      .sort((a, b) => b.drifted - a.drifted || (a.operationId < b.operationId ? -1 : 1));
    return { mode, ...(mode === 'observe' && { sample }), operations };
  }
}
