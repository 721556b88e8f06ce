import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SlidingCounter } from '../../../src/outbound/resilience/sliding-counter.ts';

const WINDOW = 1000;
const SLOT = WINDOW / 10;

/** Additions, reads and resets, each with its delay after the previous one. */
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'at', 'clear'),
  later: fc.oneof(fc.nat(20), fc.nat(SLOT * 3), fc.nat(WINDOW * 3)),
});

it('A sliding counter counts the events of the current slot and of the nine before it', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.array(step, { maxLength: 60 }), (start, steps) => {
      const count = new SlidingCounter(WINDOW);
      let now = start;
      let happened: number[] = [];
      for (const { kind, later } of steps) {
        now += later;
        if (kind === 'add') {
          count.add(now);
          happened.push(now);
        }
        if (kind === 'clear') {
          count.clear();
          happened = [];
        }
        const current = Math.floor(now / SLOT);
        const recent = happened.filter((at) => Math.floor(at / SLOT) > current - 10);
        expect(count.at(now)).toBe(recent.length);
      }
    }),
    { numRuns: 500 },
  );
});
