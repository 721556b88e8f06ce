/**
 * Counts requests against all rules that apply to them. A request that one rule refuses is not counted by any.
 *
 * With buckets in memory the decision is synchronous. With a shared store each reply is copied to the buckets in memory.
 * While the store is away, those buckets decide: each request then costs as much as there are gateways, so that each
 * gateway allows its share of what the store had left.
 */
import type { RateLimitRule, RateLimitsConfig } from '../../config/policies/rate-limits.ts';
import { Problem } from '../../contract/problem.ts';
import { rateLimited, rateLimitsUnavailable } from '../../contract/problems.ts';
import type { RequestContext } from '../../http/context.ts';
import type { Charge, ChargeResult, RateStore } from '../../outbound/rate-limits/rate-store.ts';
import type { Bucket } from './bucket-table.ts';
import { type Clock, systemClock } from './clock.ts';
import type { KeyOf } from './keys.ts';
import { Limit } from './limit.ts';
import { RateLimitReport, type Tightest } from './report.ts';

/** The rules that apply to an operation, with the keys of their buckets. */
export interface Counted {
  readonly limits: readonly Limit[];
  readonly keys: readonly KeyOf[];
}

export interface RateLimitsSnapshot {
  readonly rules: readonly (Omit<RateLimitRule, 'cost'> & {
    /** Refused requests since the start, and in the last five minutes. */
    readonly refused: number;
    readonly refusedRecently: number;
  })[];
  readonly store: 'memory' | 'shared';
  readonly isStoreAway: boolean;
  /** The number of gateways that count together. */
  readonly gateways: number;
  /** Requests that were decided without the shared store. */
  readonly fallbacks: number;
}

export interface RateLimiterOptions {
  readonly config: RateLimitsConfig;
  /** The limiter before a change of the configuration. */
  readonly previous?: RateLimiter | undefined;
  /** Counts the requests of all gateways. */
  readonly store?: RateStore | undefined;
  readonly clock?: Clock;
  /** Maximum number of keys of one rule in memory. */
  readonly maxKeys?: number;
}

/** What is known about one limit while a request is decided. */
interface Probe {
  limit: Limit;
  bucket: Bucket;
  base: number;
  level: number;
  units: number;
}

export class RateLimiter {
  readonly limits: readonly Limit[];
  readonly store: RateStore | undefined;
  readonly #storeFailure: RateLimitsConfig['storeFailure'];
  /** Reused, because a decision in memory is never interrupted. */
  readonly #probes: Probe[] = [];
  readonly #fallbacks: { count: number };

  constructor({ config, previous, store, clock = systemClock, maxKeys }: RateLimiterOptions) {
    const known = new Map(previous?.limits.map((limit) => [limit.rule.name, limit]));
    this.limits = config.rules.map(
      (rule) => new Limit(rule, { clock, maxKeys, previous: known.get(rule.name) }),
    );
    this.store = store;
    this.#storeFailure = config.storeFailure;
    this.#fallbacks = previous ? previous.#fallbacks : { count: 0 };
  }

  /**
   * Counts a request.
   * @throws Problem rate-limited (429), rate-limits-unavailable (503)
   */
  count(counted: Counted, context: RequestContext): void | Promise<void> {
    const { store } = this;
    if (store === undefined) return this.#countHere(counted, context, 1);
    const charges = this.#chargesOf(counted, context, store);
    if (charges.length === 0) return;
    const pending = store.charge(charges.map(({ charge }) => charge));
    if (pending === undefined) return this.#countWithoutStore(counted, context, store);
    const { outage } = store;
    return pending.then((result) => {
      if (result === undefined) return this.#countWithoutStore(counted, context, store);
      this.#take(charges, result, context, outage);
    });
  }

  snapshot(): RateLimitsSnapshot {
    return {
      rules: this.limits.map(({ rule: { cost: _, ...rule }, refused, refusedRecently }) => ({
        ...rule,
        refused,
        refusedRecently,
      })),
      store: this.store === undefined ? 'memory' : 'shared',
      isStoreAway: this.store?.isAway ?? false,
      gateways: this.store?.gateways ?? 1,
      fallbacks: this.#fallbacks.count,
    };
  }

  #countHere({ limits: all, keys }: Counted, context: RequestContext, gateways: number): void {
    let count = 0;
    let refusing: Probe | undefined;
    let longest = -1;
    for (let i = 0; i < all.length; i++) {
      const limit = all[i] as Limit;
      const key = (keys[i] as KeyOf)(context);
      if (key === undefined) continue;
      const base = limit.base();
      const bucket = limit.find(key, base);
      const level = limit.level(bucket, base);
      const units = limit.rule.cost * gateways;
      const probe = this.#probe(count++, limit, bucket);
      probe.base = base;
      probe.level = level;
      probe.units = units;
      if (limit.allows(level, units)) continue;
      const wait = limit.wait(level, units);
      if (wait <= longest) continue;
      longest = wait;
      refusing = probe;
    }
    if (count === 0) return;
    const limits = count === all.length ? all : this.#probes.slice(0, count).map(({ limit }) => limit);
    if (refusing !== undefined) {
      const { limit, level } = refusing;
      const remaining = Math.floor(limit.remaining(level) / gateways);
      refuse(context, limits, { limit, remaining, wait: longest });
    }
    let tightest: Probe | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const probe = this.#probes[i] as Probe;
      probe.level = probe.limit.charge(probe.bucket, probe);
      const remaining = Math.floor(probe.limit.remaining(probe.level) / gateways);
      if (remaining >= least) continue;
      least = remaining;
      tightest = probe;
    }
    const { limit, level } = tightest as Probe;
    report(context, limits, { limit, remaining: least, seconds: wholeSeconds(limit.reset(level)) });
  }

  #probe(index: number, limit: Limit, bucket: Bucket): Probe {
    const known = this.#probes[index];
    if (known === undefined) {
      const probe = { limit, bucket, base: 0, level: 0, units: 0 };
      this.#probes.push(probe);
      return probe;
    }
    known.limit = limit;
    known.bucket = bucket;
    return known;
  }

  #countWithoutStore(counted: Counted, context: RequestContext, store: RateStore): void {
    this.#fallbacks.count += 1;
    if (this.#storeFailure === 'refuse')
      throw new Problem(rateLimitsUnavailable, 'The limits of this request cannot be checked now.', {
        headers: { 'Retry-After': '1' },
      });
    this.#countHere(counted, context, store.gateways);
  }

  #chargesOf({ limits, keys }: Counted, context: RequestContext, { outage }: RateStore): PendingCharge[] {
    const charges: PendingCharge[] = [];
    for (const [index, limit] of limits.entries()) {
      const key = keys[index]?.(context);
      if (key === undefined) continue;
      const base = limit.base();
      const bucket = limit.find(key, base);
      // The store knows the level, unless it was away since the bucket was copied.
      const level = bucket.outage === outage ? 0 : limit.level(bucket, base);
      const { rate, capacity, rule, sharedLifetime: lifetime } = limit;
      const charge = { key: limit.sharedKey(key), rate, capacity, cost: rule.cost, level, lifetime };
      charges.push({ limit, bucket, charge });
    }
    return charges;
  }

  #take(
    charges: readonly PendingCharge[],
    { isAllowed, levels }: ChargeResult,
    context: RequestContext,
    outage: number,
  ): void {
    const limits = charges.map(({ limit }) => limit);
    const known = charges.map(({ limit, bucket }, index) => {
      const level = levels[index] ?? limit.capacity;
      limit.copyLevel(bucket, level, outage);
      return { limit, level };
    });
    if (isAllowed) {
      const left = known.map((one) => ({ ...one, remaining: one.limit.remaining(one.level) }));
      const { limit, level, remaining } = left.reduce((a, b) => (b.remaining < a.remaining ? b : a));
      report(context, limits, { limit, remaining, seconds: wholeSeconds(limit.reset(level)) });
      return;
    }
    const waits = known.map((one) => ({ ...one, wait: one.limit.wait(one.level, one.limit.rule.cost) }));
    const refusing = waits.filter(({ limit, level }) => !limit.allows(level, limit.rule.cost));
    const { limit, level, wait } = (refusing.length > 0 ? refusing : waits).reduce((a, b) =>
      b.wait > a.wait ? b : a,
    );
    refuse(context, limits, { limit, remaining: limit.remaining(level), wait });
  }
}

interface PendingCharge {
  readonly limit: Limit;
  readonly bucket: Bucket;
  readonly charge: Charge;
}

/** A rounding error must not become a second. */
const wholeSeconds = (milliseconds: number): number => Math.ceil((milliseconds - ROUNDING) / 1000);
const ROUNDING = 0.001;

function report(context: RequestContext, limits: readonly Limit[], tightest: Tightest): void {
  const known = context.rateLimits;
  if (known instanceof RateLimitReport) known.add(limits, tightest);
  else context.rateLimits = new RateLimitReport(limits, tightest);
}

interface Refusal {
  readonly limit: Limit;
  readonly remaining: number;
  /** Milliseconds until the request would be allowed. */
  readonly wait: number;
}

/** @throws Problem rate-limited (429) */
function refuse(
  context: RequestContext,
  limits: readonly Limit[],
  { limit, remaining, wait }: Refusal,
): never {
  limit.countRefusal();
  const seconds = Math.max(1, wholeSeconds(wait));
  report(context, limits, { limit, remaining, seconds });
  const { name, quota, window } = limit.rule;
  const availableAt = new Date(Math.ceil((Date.now() + wait) / 1000) * 1000).toISOString();
  throw new Problem(
    rateLimited,
    `The limit ${name} of ${quota} per ${typeof window === 'string' ? window : `${window / 1000} s`} is used up.`,
    { extensions: { limit: name, availableAt }, headers: { 'Retry-After': String(seconds) } },
  );
}
