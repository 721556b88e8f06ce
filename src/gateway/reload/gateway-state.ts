/** What outlives a reload: what has been counted, and what could not be taken over. */
import type { Refusal } from '../../config/rejected-config.ts';
import type { AccessRecord } from '../../http/access-log.ts';
import { Cache } from '../../outbound/http-cache/cache.ts';
import { ConformanceStats } from '../conformance/conformance-stats.ts';
import { History } from '../portal/status/history.ts';

export class GatewayState {
  /** Set as soon as the process drains. */
  isDraining = false;
  /** Requests that have begun and not ended. */
  inFlight = 0;
  /** Told of each request that is over, where somebody measures. */
  onRequest: ((record: AccessRecord) => void) | undefined;
  /** Why the configuration, or the documents together, are not the newest. */
  refused: Refusal | undefined;
  /** Why a service's contract is not the newest. */
  refusedDocuments: ReadonlyMap<string, Refusal> = new Map();
  /** How the services were. */
  readonly history = new History();
  /** How far services have drifted from their contracts. */
  readonly conformanceStats = new ConformanceStats();
  /** What is kept of what services answered. */
  readonly cache = new Cache();
  readonly #droppedLinks = new Map<string, number>();

  countDroppedLink(service: string): void {
    this.#droppedLinks.set(service, this.droppedLinks(service) + 1);
  }

  droppedLinks(service: string): number {
    return this.#droppedLinks.get(service) ?? 0;
  }
}
