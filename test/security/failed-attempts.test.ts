import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FailedAttempts } from '../../src/security/failed-attempts.ts';

const open = (options = {}) => {
  const clock = { now: 0 };
  return { clock, attempts: new FailedAttempts({ now: () => clock.now, ...options }) };
};

/** How many verifications are admitted at this moment. */
function admitted(attempts: FailedAttempts, address: string): number {
  let count = 0;
  while (attempts.begin(address) === 0) count += 1;
  return count;
}

describe('The limit of failed verifications', () => {
  it('Never touches an address that has not failed', () => {
    const { attempts } = open();
    attempts.fail('mallory');
    for (let count = 0; count < 10_000; count++) {
      expect(attempts.begin('alice')).toBe(0);
      attempts.succeed('alice');
    }
    expect(attempts.size).toBe(1);
  });

  it('Admits 200 verifications in a second after a failure: 100 at once, and one each 10 ms', () => {
    const { attempts, clock } = open();
    expect(attempts.begin('mallory')).toBe(0);
    attempts.fail('mallory');
    expect(admitted(attempts, 'mallory')).toBe(99);
    let later = 0;
    while (clock.now < 999) {
      clock.now += 1;
      later += admitted(attempts, 'mallory');
    }
    expect(1 + 99 + later).toBe(199);
    clock.now += 1;
    expect(admitted(attempts, 'mallory')).toBe(1);
  });

  it('Says how many seconds to wait, at least one', () => {
    const { attempts, clock } = open({ perSecond: 2 });
    attempts.fail('mallory');
    expect(attempts.begin('mallory')).toBe(1);
    clock.now = 999;
    expect(attempts.begin('mallory')).toBe(1);
    clock.now = 1000;
    expect(attempts.begin('mallory')).toBe(0);
  });

  it('Does not count verifications that succeed', () => {
    const { attempts } = open();
    attempts.fail('shared');
    for (let count = 0; count < 1000; count++) {
      expect(attempts.begin('shared')).toBe(0);
      attempts.succeed('shared');
    }
    expect(admitted(attempts, 'shared')).toBe(99);
  });

  it('Counts verifications that have not ended yet', () => {
    const { attempts } = open();
    attempts.fail('mallory');
    expect(admitted(attempts, 'mallory')).toBe(99);
    for (let count = 0; count < 99; count++) attempts.fail('mallory');
    expect(attempts.begin('mallory')).toBe(1);
  });

  it('Forgets an address a minute after its last failure', () => {
    const { attempts, clock } = open();
    attempts.fail('mallory');
    clock.now = 30_000;
    attempts.fail('mallory');
    clock.now = 89_999;
    attempts.begin('mallory');
    expect(attempts.size).toBe(1);
    clock.now = 90_000;
    expect(attempts.begin('mallory')).toBe(0);
    expect(attempts.size).toBe(0);
  });

  it('Has at most 100,000 addresses, and replaces the one that failed the longest ago', () => {
    const { attempts } = open({ perSecond: 2 });
    for (let count = 0; count < 100_000; count++) attempts.fail(`a${count}`);
    attempts.fail('a0');
    attempts.fail('new');
    expect(attempts.size).toBe(100_000);
    expect([attempts.begin('a0'), attempts.begin('a1'), attempts.begin('a2')]).toEqual([1, 0, 1]);
  });

  it('Makes room by removing all addresses whose failures are long ago', () => {
    const { attempts, clock } = open();
    for (let count = 0; count < 50; count++) attempts.fail(`a${count}`);
    clock.now = 60_000;
    attempts.fail('new');
    expect(attempts.size).toBe(1);
  });
});

/** Token buckets without bounds of memory, as the simplest code that is right. */
class Model {
  readonly table = new Map<string, { tokens: number; at: number; failedAt: number }>();
  readonly burst: number;
  readonly interval: number;
  readonly max: number;

  constructor(perSecond: number, max: number) {
    this.burst = perSecond / 2;
    this.interval = 2000 / perSecond;
    this.max = max;
  }

  begin(address: string, now: number): number {
    const bucket = this.table.get(address);
    if (bucket && now - bucket.failedAt >= 60_000) this.table.delete(address);
    if (!bucket || !this.table.has(address)) return 0;
    this.refill(bucket, now);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) * this.interval) / 1000));
    bucket.tokens -= 1;
    return 0;
  }

  fail(address: string, now: number): void {
    const bucket = this.table.get(address);
    if (bucket) {
      bucket.failedAt = now;
      this.table.delete(address);
      this.table.set(address, bucket);
      return;
    }
    for (const [name, { failedAt }] of [...this.table]) if (now - failedAt >= 60_000) this.table.delete(name);
    const [oldest] = this.table.keys();
    if (this.table.size >= this.max && oldest !== undefined) this.table.delete(oldest);
    this.table.set(address, { tokens: this.burst - 1, at: now, failedAt: now });
  }

  succeed(address: string, now: number): void {
    const bucket = this.table.get(address);
    if (!bucket) return;
    this.refill(bucket, now);
    bucket.tokens = Math.min(this.burst, bucket.tokens + 1);
  }

  refill(bucket: { tokens: number; at: number }, now: number): void {
    bucket.tokens = Math.min(this.burst, bucket.tokens + (now - bucket.at) / this.interval);
    bucket.at = now;
  }
}

describe('The limit of failed verifications, for any sequence of requests', () => {
  const step = fc.record({
    address: fc.constantFrom('a', 'b', 'c', 'd'),
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 600 }), fc.constantFrom(1000, 59_999, 60_000)),
    outcome: fc.constantFrom('fail', 'fail', 'fail', 'succeed', 'pending'),
  });
  // Divisors of 2,000, so that the sums have no fractions.
  const perSecond = fc.constantFrom(2, 4, 8, 10);

  it('Decides like token buckets in a table of limited size', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100 }),
        perSecond,
        fc.integer({ min: 1, max: 4 }),
        (steps, limit, max) => {
          const { attempts, clock } = open({ perSecond: limit, maxAddresses: max });
          const model = new Model(limit, max);
          for (const { address, wait, outcome } of steps) {
            clock.now += wait;
            const seconds = attempts.begin(address);
            expect(seconds).toBe(model.begin(address, clock.now));
            if (seconds > 0 || outcome === 'pending') continue;
            attempts[outcome](address);
            model[outcome](address, clock.now);
            expect(attempts.size).toBeLessThanOrEqual(max);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('Admits no more failures of an address in any second than the limit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), perSecond, (steps, limit) => {
        const { attempts, clock } = open({ perSecond: limit });
        const failures: { address: string; at: number }[] = [];
        for (const { address, wait, outcome } of steps) {
          clock.now += wait % 500;
          if (attempts.begin(address) > 0) continue;
          if (outcome === 'succeed') attempts.succeed(address);
          else {
            attempts.fail(address);
            failures.push({ address, at: clock.now });
          }
        }
        for (const { address, at } of failures) {
          const within = failures.filter(
            (one) => one.address === address && one.at >= at && one.at < at + 1000,
          );
          expect(within.length).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 500 },
    );
  });
});
