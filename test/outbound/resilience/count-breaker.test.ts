import { describe, expect, it } from '@jest/globals';
import { CircuitState } from 'cockatiel';
import fc from 'fast-check';
import { CountBreaker } from '../../../src/outbound/resilience/count-breaker.ts';

const { Closed } = CircuitState;
const CALLS = 5;
const counting = (minimumCalls: number, threshold = 0.5) =>
  new CountBreaker({ kind: 'count', calls: CALLS, minimumCalls, threshold, halfOpenAfter: 1000 });

/** A success, a failure, or a success that turns out to be a failure. */
const call = fc.constantFrom('well', 'failed', 'revised');

describe('the latest calls', () => {
  it('open the circuit by the share of failures among them, with what was taken back counted once', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), fc.integer({ min: 1, max: CALLS }), (calls, minimum) => {
        const latest = counting(minimum);
        let model: boolean[] = [];
        const add = (isWell: boolean) => {
          model = [...model, isWell].slice(-CALLS);
        };
        for (const one of calls) {
          if (one !== 'failed') {
            latest.success(Closed);
            add(true);
          }
          if (one === 'revised') {
            latest.retractSuccess();
            model = model.toSpliced(model.lastIndexOf(true), 1);
          }
          if (one !== 'well') {
            add(false);
            const failures = model.filter((isWell) => !isWell).length;
            expect(latest.failure(Closed)).toBe(model.length >= minimum && failures > 0.5 * model.length);
          }
          expect(latest.hasNoSuccess).toBe(!model.includes(true));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('open it after so many failures in a row, and not before', () => {
    const latest = new CountBreaker({ kind: 'consecutive', failures: 3, halfOpenAfter: 1000 });
    latest.success(Closed);
    const opens = [1, 2, 3].map(() => latest.failure(Closed));
    expect(opens).toEqual([false, false, true]);
    latest.success(Closed);
    expect([1, 2, 3].map(() => latest.failure(Closed))).toEqual([false, false, true]);
  });

  it('lose nothing when there is no success to take back', () => {
    const latest = counting(1);
    latest.failure(Closed);
    const before = structuredClone(latest.state);
    latest.retractSuccess();
    expect(latest.state).toEqual(before);
  });
});
