/** Rate limits in memory, against a model with exact numbers and a clock that the tests set. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_KEYS } from '../../../src/gateway/rate-limits/bucket-table.ts';
import { RateLimiter } from '../../../src/gateway/rate-limits/rate-limiter.ts';
import {
  configOf,
  mostInWindow,
  type Rule,
  requestOf,
  testClock,
  testLimiter,
} from '../../support/rate-limits.ts';

const slidingRule = fc.record({
  quota: fc.integer({ min: 1, max: 400 }),
  window: fc.integer({ min: 1, max: 3600 }).map((seconds) => seconds * 1000),
  burst: fc.integer({ min: 0, max: 30 }),
});

/** Pauses between requests, many of them short and some longer than a window. */
const pauses = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 10_000_000 }) },
  ),
  { minLength: 1, maxLength: 300 },
);

const start = fc.integer({ min: 0, max: 1e12 });

/** GCRA with integers: everything is multiplied by the window. */
function modelOf(rules: readonly (Rule & { readonly burst: number; readonly window: number })[]) {
  const fullAt = rules.map(() => 0n);
  return (now: number): boolean => {
    const next = rules.map(({ quota, window }, index) => {
      const base = BigInt(now) * BigInt(quota);
      const from = (fullAt[index] as bigint) > base ? (fullAt[index] as bigint) : base;
      return { base, after: from + BigInt(window) };
    });
    const isAllowed = rules.every(({ window, burst }, index) => {
      const { base, after } = next[index] as (typeof next)[number];
      return after - base <= BigInt(burst + 1) * BigInt(window);
    });
    if (isAllowed) for (const [index, { after }] of next.entries()) fullAt[index] = after;
    return isAllowed;
  };
}

describe('A limit with a sliding window', () => {
  it('Never allows more than quota and burst in any window', () => {
    fc.assert(
      fc.property(slidingRule, start, pauses, (rule, begin, steps) => {
        const clock = testClock(begin);
        const { send } = testLimiter([rule], { clock });
        const allowed: number[] = [];
        for (const pause of steps) {
          clock.now += pause;
          if (send() === undefined) allowed.push(clock.now);
        }
        expect(mostInWindow(allowed, rule.window)).toBeLessThanOrEqual(rule.quota + rule.burst);
      }),
    );
  });

  it('Allows quota and burst in a window under constant load', () => {
    fc.assert(
      fc.property(slidingRule, start, ({ burst, ...rest }, begin) => {
        // Without a burst, a request that is late by a part of a millisecond delays all later ones.
        const rule = { ...rest, burst: burst + 1 };
        const clock = testClock(begin);
        const { send } = testLimiter([rule], { clock });
        const allowed: number[] = [];
        for (let turn = 0; turn <= 2 * rule.quota; turn++) {
          clock.now = begin + Math.ceil((turn * rule.window) / rule.quota);
          while (send() === undefined) allowed.push(clock.now);
        }
        expect(mostInWindow(allowed, rule.window)).toBe(rule.quota + rule.burst);
      }),
    );
  });

  it('Allows everything at the allowed rate, without any burst', () => {
    fc.assert(
      fc.property(slidingRule, start, ({ quota, window }, begin) => {
        const clock = testClock(begin);
        const { send } = testLimiter([{ quota, window, burst: 0 }], { clock });
        for (let turn = 0; turn < 1000; turn++) {
          clock.now = begin + (turn * window) / quota;
          expect(send()).toBeUndefined();
        }
      }),
      { numRuns: 30 },
    );
  });

  it('Decides like exact arithmetic, with one rule and with several', () => {
    fc.assert(
      fc.property(
        fc.array(slidingRule, { minLength: 1, maxLength: 3 }),
        start,
        pauses,
        (rules, begin, steps) => {
          const clock = testClock(begin);
          const { send } = testLimiter(rules, { clock });
          const allows = modelOf(rules);
          for (const pause of steps) {
            clock.now += pause;
            expect(send() === undefined).toBe(allows(clock.now));
          }
        },
      ),
    );
  });

  it('A refused request is allowed after the time that the refusal names, and not a second earlier', () => {
    fc.assert(
      fc.property(slidingRule, start, (rule, begin) => {
        const clock = testClock(begin);
        const { send } = testLimiter([rule], { clock });
        let problem = send();
        while (problem === undefined) problem = send();
        const seconds = Number(problem.headers['Retry-After']);
        expect(seconds).toBeGreaterThanOrEqual(1);
        if (seconds > 1) {
          clock.now = begin + (seconds - 1) * 1000;
          expect(send()).toBeDefined();
        }
        clock.now = begin + seconds * 1000;
        expect(send()).toBeUndefined();
      }),
    );
  });

  it('A wall clock that jumps changes nothing', () => {
    let now = 1000;
    let utc = Date.UTC(2026, 0, 1);
    const clock = { monotonic: () => now, utc: () => utc };
    const { send } = testLimiter([{ quota: 1, window: '1s', burst: 0 }], { clock });
    expect(send()).toBeUndefined();
    utc += 86_400_000;
    expect(send()).toBeDefined();
    utc -= 10 * 86_400_000;
    now += 1000;
    expect(send()).toBeUndefined();
  });
});

describe('A limit of a calendar window', () => {
  it.each(['day', 'month'] as const)('Allows the quota in each %s of UTC, at any time', (window) => {
    const periodOf = (time: number) => new Date(time).toISOString().slice(0, window === 'day' ? 10 : 7);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: Date.UTC(2023, 11, 25), max: Date.UTC(2024, 2, 5) }),
        fc.array(fc.integer({ min: 0, max: 40_000_000 }), { maxLength: 200 }),
        (quota, begin, steps) => {
          const clock = testClock(begin);
          const { send } = testLimiter([{ quota, window }], { clock });
          const counts = new Map<string, number>();
          for (const pause of steps) {
            clock.now += pause;
            const period = periodOf(clock.now);
            const count = counts.get(period) ?? 0;
            expect(send() === undefined).toBe(count < quota);
            if (count < quota) counts.set(period, count + 1);
          }
        },
      ),
    );
  });

  it('A refusal names the end of the window', () => {
    const clock = testClock(Date.UTC(2024, 1, 28, 23, 59, 0));
    const { send } = testLimiter([{ quota: 1, window: 'month' }], { clock });
    send();
    expect(send()?.headers['Retry-After']).toBe(String(86_400 + 60));
  });

  it('A wall clock that was wrong blocks no client for long', () => {
    const clock = testClock(Date.UTC(2030, 0, 1));
    const { send } = testLimiter([{ quota: 1, window: 'day' }], { clock });
    expect(send()).toBeUndefined();
    clock.now = Date.UTC(2026, 0, 1);
    expect(send()).toBeUndefined();
    expect(send()).toBeDefined();
  });
});

describe('Several limits', () => {
  it('A request that one limit refuses is not counted by the others', () => {
    const clock = testClock();
    const { send, limiter } = testLimiter(
      [
        { quota: 10, window: '1h', burst: 9 },
        { quota: 1, window: '1s', burst: 0 },
      ],
      { clock },
    );
    send();
    for (let count = 0; count < 100; count++) expect(send()?.extensions.limit).toBe('rule-1');
    const [long] = limiter.limits;
    const base = long?.base() ?? 0;
    expect(long?.level(long.find('10.0.0.1', base), base)).toBe(1);
  });

  it('The tightest limit is reported, and the one with the longest wait refuses', () => {
    const clock = testClock();
    const { send } = testLimiter(
      [
        { name: 'short', quota: 100, window: '1s', burst: 4 },
        { name: 'long', quota: 100, window: '1h', burst: 2 },
      ],
      { clock },
    );
    const context = requestOf('10.0.0.1');
    send('10.0.0.1', context);
    expect(context.rateLimits?.fields()).toEqual([
      'RateLimit-Policy',
      '"short";q=100;w=1, "long";q=100;w=3600',
      'RateLimit',
      '"long";r=2;t=36',
    ]);
    send();
    send();
    expect(send()?.extensions.limit).toBe('long');
  });

  it('A request takes its cost', () => {
    const { send } = testLimiter([{ quota: 10, window: '1s', burst: 9, cost: 4 }], { clock: testClock() });
    expect([send(), send(), send()].map((problem) => problem === undefined)).toEqual([true, true, false]);
  });
});

describe('The table of keys', () => {
  it('Holds 100,000 of 1,000,000 keys, and no key gets more than its limit', () => {
    const clock = testClock();
    const { send, limiter } = testLimiter([{ quota: 2, window: '1h', burst: 1 }], { clock });
    const keyOf = (index: number) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    let allowed = 0;
    const [limit] = limiter.limits;
    if (limit === undefined) throw new Error('There is no limit.');
    // The problems of 900,000 refusals would take most of the time.
    for (let index = 0; index < 1_000_000; index++) {
      const base = limit.base();
      const bucket = limit.find(keyOf(index), base);
      const level = limit.level(bucket, base);
      if (!limit.allows(level, 1)) continue;
      limit.charge(bucket, { base, level, units: 1 });
      allowed += 1;
    }
    expect(limit.size).toBe(MAX_KEYS);
    // Keys without a bucket of their own share one.
    expect(allowed).toBe(MAX_KEYS + 2);
    for (const index of [0, MAX_KEYS - 1, MAX_KEYS, 999_999]) {
      const more = Array.from({ length: 10 }, () => send(keyOf(index)) === undefined).filter(Boolean).length;
      expect(more).toBe(index < MAX_KEYS ? 1 : 0);
    }
    clock.now += 3_600_000;
    expect(send(keyOf(999_999))).toBeUndefined();
    expect(limit.size).toBeLessThanOrEqual(MAX_KEYS);
  });

  it('Never allows a key more than its limit, however small the table is', () => {
    fc.assert(
      fc.property(
        fc.record({
          quota: fc.integer({ min: 1, max: 10 }),
          window: fc.constant(10_000),
          burst: fc.integer({ min: 0, max: 5 }),
        }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(
          fc.record({ key: fc.integer({ min: 0, max: 8 }), pause: fc.integer({ min: 0, max: 2500 }) }),
          { maxLength: 400 },
        ),
        (rule, maxKeys, requests) => {
          const clock = testClock();
          const { send, limiter } = testLimiter([rule], { clock, maxKeys });
          const allowed = new Map<number, number[]>();
          for (const { key, pause } of requests) {
            clock.now += pause;
            if (send(String(key)) === undefined) allowed.set(key, [...(allowed.get(key) ?? []), clock.now]);
            expect(limiter.limits[0]?.size).toBeLessThanOrEqual(maxKeys);
          }
          for (const times of allowed.values())
            expect(mostInWindow(times, rule.window)).toBeLessThanOrEqual(rule.quota + rule.burst);
        },
      ),
    );
  });

  it('A key that gets a bucket of its own does not get what it had from the shared one again', () => {
    const clock = testClock();
    const { send } = testLimiter([{ quota: 1, window: '10s', burst: 5 }], { clock, maxKeys: 1 });
    send('a');
    clock.now = 9_900;
    const used = () => Array.from({ length: 10 }, () => send('b') === undefined).filter(Boolean).length;
    expect(used()).toBe(6);
    // Now nothing is missing from the bucket of the other key.
    clock.now = 10_000;
    expect(used()).toBe(0);
  });

  it('Forgets keys from which nothing is missing, so that new ones get a bucket of their own', () => {
    const clock = testClock();
    const { send } = testLimiter([{ quota: 1, window: '1s', burst: 0 }], { clock, maxKeys: 2 });
    send('a');
    send('b');
    expect([send('c'), send('d')].map((problem) => problem === undefined)).toEqual([true, false]);
    clock.now += 1000;
    expect([send('e'), send('f')].map((problem) => problem === undefined)).toEqual([true, true]);
  });
});

describe('A change of the configuration', () => {
  const rules = [
    { name: 'same', quota: 10, window: '1h', burst: 1 },
    { name: 'changed', quota: 20, window: '1h', burst: 1 },
  ];

  it('Keeps the buckets of rules that stay the same, and every count of refusals', () => {
    const clock = testClock();
    const before = testLimiter(rules, { clock });
    before.send();
    before.send();
    before.send();
    const changed = [{ ...rules[1], quota: 30 } as Rule, { ...rules[0], operations: ['x'] } as Rule];
    const limiter = new RateLimiter({ config: configOf(changed), clock, previous: before.limiter });
    const levels = limiter.limits.map((limit) => {
      const base = limit.base();
      return [limit.rule.name, limit.level(limit.find('10.0.0.1', base), base)];
    });
    expect(levels).toEqual([
      ['changed', 0],
      ['same', 2],
    ]);
    expect(limiter.snapshot().rules.map(({ name, refused }) => [name, refused])).toEqual([
      ['changed', 0],
      ['same', 1],
    ]);
  });
});
