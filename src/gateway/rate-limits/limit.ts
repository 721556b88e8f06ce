/**
 * One rule with its buckets: the generic cell rate algorithm (GCRA, ITU-T I.371). Time is measured in units of the
 * quota, so that a bucket is a single number and rounding errors do not add up.
 *
 * The state of a bucket is the time at which nothing is missing from it. `base` is the present. The level, what is
 * missing, is the difference. A request adds its cost to the level, and is refused if the level would exceed the
 * capacity, which is `burst` + 1. No window then has more than `quota` + `burst` requests.
 *
 * For calendar windows the present moves only from window to window, by more than a quota, and the capacity is the quota.
 */
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { RateLimitRule } from '../../config/policies/rate-limits.ts';
import { SlidingCounter } from '../../outbound/resilience/sliding-counter.ts';
import { type Bucket, BucketTable } from './bucket-table.ts';
import { Calendar } from './calendar.ts';
import type { Clock } from './clock.ts';

/** The time of which refusals are shown as recent. */
const RECENT_MILLISECONDS = 300_000;

/** Milliseconds by which a request may be early, for the rounding of clocks. */
const ROUNDING = 0.002;

/** Kept after the end of a calendar window, for gateways whose clock is behind. */
const CALENDAR_SLACK = 60_000;

/** Everything that a change of configuration may keep. */
interface KeptState {
  readonly table: BucketTable;
  readonly recent: SlidingCounter;
  refused: number;
}

interface LimitOptions {
  readonly clock: Clock;
  readonly maxKeys?: number | undefined;
  /** The limit with the same name before a change of the configuration. */
  readonly previous?: Limit | undefined;
}

export class Limit {
  readonly rule: RateLimitRule;
  /** Identifies the buckets of this rule in a shared store. */
  readonly fingerprint: string;
  /** The most that may be missing from a bucket. */
  readonly capacity: number;
  /** Units per millisecond; 0 for calendar windows. */
  readonly rate: number;
  /** The item of this rule in `RateLimit-Policy`. */
  readonly policyItem: string;
  /** The begin of its item in `RateLimit`. */
  readonly itemPrefix: string;
  readonly #clock: Clock;
  readonly #calendar: Calendar | undefined;
  readonly #slack: number;
  readonly #state: KeptState;

  constructor(rule: RateLimitRule, { clock, maxKeys, previous }: LimitOptions) {
    const { name, quota, window, burst } = rule;
    const isCalendar = typeof window === 'string';
    this.rule = rule;
    this.#clock = clock;
    this.#calendar = isCalendar ? new Calendar(window) : undefined;
    this.capacity = isCalendar ? quota : burst + 1;
    this.rate = isCalendar ? 0 : quota / window;
    this.#slack = this.rate * ROUNDING;
    this.fingerprint = hash('sha256', JSON.stringify(identityOf(rule)), 'base64url').slice(0, 16);
    const seconds = window === 'day' ? 86_400 : Number(window) / 1000;
    // Months differ in length.
    this.policyItem = `"${name}";q=${quota}${window === 'month' ? '' : `;w=${seconds}`}`;
    this.itemPrefix = `"${name}";r=`;
    const isSame = previous !== undefined && isDeepStrictEqual(identityOf(previous.rule), identityOf(rule));
    this.#state = {
      table: new BucketTable(maxKeys),
      recent: new SlidingCounter(RECENT_MILLISECONDS),
      refused: 0,
    };
    if (previous !== undefined)
      this.#state = isSame ? previous.#state : { ...previous.#state, table: this.#state.table };
  }

  /** The present, in units. */
  base(): number {
    const calendar = this.#calendar;
    if (calendar === undefined) return this.#clock.monotonic() * this.rate;
    calendar.moveTo(this.#clock.utc());
    return calendar.index * (this.capacity + 1);
  }

  find(key: string, base: number): Bucket {
    return this.#state.table.find(key, base);
  }

  /** What is missing from a bucket. */
  level({ state }: Bucket, base: number): number {
    const level = state - base;
    // The state of another calendar window means nothing, whatever a wall clock has done.
    return level < 0 || (this.#calendar !== undefined && level > this.capacity) ? 0 : level;
  }

  /** A request that costs more than the capacity needs a bucket from which nothing is missing. */
  allows(level: number, units: number): boolean {
    return level + Math.min(units, this.capacity) <= this.capacity + this.#slack;
  }

  /** @returns the new level */
  charge(bucket: Bucket, { base, level, units }: { base: number; level: number; units: number }): number {
    // Nothing comes back within a calendar window.
    const charged = this.#calendar === undefined ? units : Math.min(units, this.capacity);
    bucket.state = (level > 0 ? bucket.state : base) + charged;
    return level + charged;
  }

  /** Takes over a level that the shared store has reported. */
  copyLevel(bucket: Bucket, level: number, outage: number): void {
    const state = this.base() + level;
    if (this.#state.table.isShared(bucket)) {
      bucket.state = Math.max(bucket.state, state);
      return;
    }
    bucket.state = state;
    bucket.outage = outage;
  }

  /** What is left, in whole units. */
  remaining(level: number): number {
    return Math.max(0, Math.floor(this.capacity - level + this.#slack));
  }

  /** Milliseconds until so many units are allowed. */
  wait(level: number, units: number): number {
    return this.#calendar
      ? this.#untilEnd()
      : (level + Math.min(units, this.capacity) - this.capacity) / this.rate;
  }

  /** Milliseconds until nothing is missing. */
  reset(level: number): number {
    return this.#calendar ? this.#untilEnd() : level / this.rate;
  }

  /** The key of a bucket in a shared store: hashed, because it is about a person, and because of its length. */
  sharedKey(key: string): string {
    const window = this.#calendar === undefined ? '' : `:${this.#calendar.index}`;
    return `${this.fingerprint}:${hash('sha256', key, 'base64url')}${window}`;
  }

  /** Milliseconds for which a shared store keeps a bucket of a calendar window; 0 if its level decides. */
  get sharedLifetime(): number {
    return this.#calendar === undefined ? 0 : Math.ceil(this.#untilEnd()) + CALENDAR_SLACK;
  }

  /** The number of keys in memory. */
  get size(): number {
    return this.#state.table.size;
  }

  countRefusal(): void {
    this.#state.refused += 1;
    this.#state.recent.add(performance.now());
  }

  /** Refusals since the start. */
  get refused(): number {
    return this.#state.refused;
  }

  get refusedRecently(): number {
    return this.#state.recent.at(performance.now());
  }

  #untilEnd(): number {
    return Math.max(0, (this.#calendar?.end ?? 0) - this.#clock.utc());
  }
}

/** The buckets of two rules mean the same if these are equal. */
const identityOf = ({ name, per, quota, window, burst }: RateLimitRule) => ({
  name,
  per,
  quota,
  window,
  burst,
});
