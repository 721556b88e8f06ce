/** Several gateways with a shared store that is lost and found at random, with a clock that the test sets. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CountingStore } from '../../support/counting-store.ts';
import { mostInWindow, testClock, testLimiter } from '../../support/rate-limits.ts';

const event = fc.record({
  pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1500 })),
  gateway: fc.integer({ min: 0, max: 1 }),
});

const rule = fc.record({
  quota: fc.integer({ min: 1, max: 20 }),
  window: fc.constant(10_000),
  burst: fc.integer({ min: 0, max: 20 }),
});

it('Two gateways never allow more than quota, burst and one local share after the store is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      rule,
      fc.array(event, { maxLength: 300 }),
      fc.integer({ min: 0, max: 150 }),
      async (limit, events, lostAfter) => {
        const clock = testClock(1000);
        const store = new CountingStore(clock, 2);
        const gateways = [0, 1].map(() => testLimiter([limit], { clock, store }));
        const allowed: number[] = [];
        for (const [index, { pause, gateway }] of events.entries()) {
          clock.now += pause;
          store.isAway = index >= lostAfter;
          if ((await gateways[gateway]?.sendShared()) === undefined) allowed.push(clock.now);
        }
        const share = Math.max(1, (limit.burst + 1) / 2);
        expect(mostInWindow(allowed, limit.window)).toBeLessThanOrEqual(limit.quota + limit.burst + share);
      },
    ),
    { numRuns: 300 },
  );
});

it('A calendar quota that was shared allows one local share more after the store is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 100 }),
      fc.integer({ min: 0, max: 60 }),
      async (quota, events, lostAfter) => {
        const clock = testClock(Date.UTC(2026, 0, 1));
        const store = new CountingStore(clock, 2);
        const gateways = [0, 1].map(() => testLimiter([{ quota, window: 'day' }], { clock, store }));
        let allowed = 0;
        for (const [index, gateway] of events.entries()) {
          store.isAway = index >= lostAfter;
          allowed += Number((await gateways[gateway]?.sendShared()) === undefined);
        }
        expect(allowed).toBeLessThanOrEqual(quota + Math.max(1, quota / 2));
      },
    ),
    { numRuns: 300 },
  );
});

it('While the store is away, two gateways allow the steady rate together and not twice as much', async () => {
  for (const burst of [0, 1, 10]) {
    const clock = testClock(1000);
    const store = new CountingStore(clock, 2);
    store.isAway = true;
    const gateways = [0, 1].map(() => testLimiter([{ quota: 10, window: '1s', burst }], { clock, store }));
    let allowed = 0;
    // Ten requests a second come back, and the buckets are full at the start.
    for (let turn = 0; turn < 1000; turn++) {
      clock.now += 10;
      for (const { sendShared } of gateways) allowed += Number((await sendShared()) === undefined);
    }
    expect(allowed).toBeLessThanOrEqual(100 + Math.max(2, burst + 1));
    expect(allowed).toBeGreaterThanOrEqual(98);
  }
});

it('A store that comes back, even empty, allows nothing that was used up before', async () => {
  for (const losesData of [true, false]) {
    const clock = testClock(1000);
    const store = new CountingStore(clock, 2);
    const gateways = [0, 1].map(() => testLimiter([{ quota: 10, window: '1h', burst: 9 }], { clock, store }));
    const send = async (index: number) => (await gateways[index]?.sendShared()) === undefined;
    for (let count = 0; count < 10; count++) expect(await send(count % 2)).toBe(true);
    store.isAway = true;
    expect(await send(0)).toBe(false);
    store.comeBack(losesData);
    // The last allowed request was one of the second gateway, so this one knows everything.
    expect([await send(1), await send(0)]).toEqual([false, false]);
  }
});
