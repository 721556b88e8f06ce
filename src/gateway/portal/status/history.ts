/**
 * How the services were over the last ten minutes. What is counted anyway is looked at every so often, so that a
 * request costs nothing more.
 */
import type { TargetSnapshot } from '../../../outbound/target-snapshot.ts';
import { breakerForMost } from '../../../outbound/target-snapshot.ts';

/** Milliseconds from one look to the next. */
export const INTERVAL = 2000;

/** Ten minutes. */
const POINTS = 300;

/** What was between two looks. */
export interface Point {
  /** Of its end, of `Date.now()`. */
  readonly at: number;
  /** Calls a second. */
  readonly requests: number;
  /** Attempts that failed, a second. */
  readonly failures: number;
  /** Milliseconds to the head of an answer, of the latest; undefined where there was none. */
  readonly p99?: number | undefined;
  /** As all clients but one at most see it. */
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

  /** Looks at all services there are; what is gone is forgotten. */
  record(services: readonly CountedService[], at: number): void {
    const before = this.#counts;
    const seconds = (at - this.#at) / 1000;
    this.#counts = new Map(services.map((service) => [service.name, service]));
    this.#at = at;
    // The first look has nothing to compare with.
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
        breaker: breakerForMost(service),
      });
      if (points.length > POINTS) points.shift();
      this.#points.set(service.name, points);
    }
  }

  /** The oldest first. */
  of(service: string): readonly Point[] {
    return this.#points.get(service) ?? [];
  }
}

/** A counter that is less than it was began anew. */
const increase = (before: number, now: number): number => (now < before ? now : now - before);
