/**
 * Records the state of the services over the last ten minutes. Existing counters are sampled periodically, so requests
 * cost nothing extra.
 */
import type { TargetSnapshot } from '../../../outbound/target-snapshot.ts';
import { breakerForMostClients } from '../../../outbound/target-snapshot.ts';

/** Milliseconds between two samples. */
export const INTERVAL = 2000;

/** Ten minutes. */
const POINTS = 300;

/** Rates between two samples. */
export interface Point {
  /** End of the interval, as `Date.now()`. */
  readonly at: number;
  /** Calls per second. */
  readonly requests: number;
  /** Failed attempts per second. */
  readonly failures: number;
  /** Milliseconds until the response headers, of the latest calls; undefined without calls. */
  readonly p99?: number | undefined;
  /** State of the circuit breaker, ignoring circuits for one client only. */
  readonly breaker: TargetSnapshot['breaker'];
}

type CountedService = Pick<
  TargetSnapshot,
  'name' | 'requests' | 'failures' | 'breaker' | 'isForOneClient' | 'latency'
>;

interface Counts {
  readonly requests: number;
  readonly failures: number;
}

const NONE: Counts = { requests: 0, failures: 0 };

export class History {
  readonly #points = new Map<string, Point[]>();
  #counts: ReadonlyMap<string, Counts> | undefined;
  #at = 0;

  /** Takes a sample of all services. Removed services are deleted. */
  record(services: readonly CountedService[], at: number): void {
    const before = this.#counts;
    const seconds = (at - this.#at) / 1000;
    this.#counts = new Map(services.map((service) => [service.name, service]));
    this.#at = at;
    // The first sample has nothing to compare with.
    if (before === undefined || seconds <= 0) return;
    for (const name of this.#points.keys()) if (!this.#counts.has(name)) this.#points.delete(name);
    for (const service of services) {
      const last = before.get(service.name) ?? NONE;
      const requests = increase(last.requests, service.requests);
      const points = this.#points.get(service.name) ?? [];
      points.push({
        at,
        requests: requests / seconds,
        failures: increase(last.failures, service.failures) / seconds,
        p99: requests > 0 ? service.latency?.p99 : undefined,
        breaker: breakerForMostClients(service),
      });
      if (points.length > POINTS) points.shift();
      this.#points.set(service.name, points);
    }
  }

  /** Points of a service, the oldest first. */
  of(service: string): readonly Point[] {
    return this.#points.get(service) ?? [];
  }
}

/** A counter that has decreased was reset to zero. */
const increase = (before: number, now: number): number => (now < before ? now : now - before);
