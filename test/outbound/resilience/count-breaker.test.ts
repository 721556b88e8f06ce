import { describe, expect, it } from '@jest/globals';
import { CircuitState, CountBreaker as CockatielBreaker } from 'cockatiel';
import fc from 'fast-check';
import { CountBreaker } from '../../../src/outbound/resilience/count-breaker.ts';

const { Closed, HalfOpen } = CircuitState;
const CALLS = 5;
const createBreaker = (minimumCalls: number, threshold = 0.5) =>
  new CountBreaker({ kind: 'count', calls: CALLS, minimumCalls, threshold, halfOpenAfter: 1000 });

const call = fc.constantFrom('succeeded', 'failed', 'retracted');
const event = fc.constantFrom('succeeded', 'failed', 'failed', 'probe failed', 'probe succeeded');

describe('The count breaker', () => {
  it('opens by the share of failures among the latest calls, and counts a retracted success once', () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), fc.integer({ min: 1, max: CALLS }), (calls, minimum) => {
        const breaker = createBreaker(minimum);
        let model: boolean[] = [];
        const add = (isSuccess: boolean) => {
          model = [...model, isSuccess].slice(-CALLS);
        };
        for (const one of calls) {
          if (one !== 'failed') {
            breaker.success(Closed);
            add(true);
          }
          if (one === 'retracted') {
            breaker.retractSuccess();
            model = model.toSpliced(model.lastIndexOf(true), 1);
          }
          if (one !== 'succeeded') {
            add(false);
            const failures = model.filter((isSuccess) => !isSuccess).length;
            expect(breaker.failure(Closed)).toBe(model.length >= minimum && failures > 0.5 * model.length);
            expect(breaker.failures).toBe(failures);
          }
          expect(breaker.hasNoSuccess).toBe(!model.includes(true));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('decides as the one of cockatiel while no success is retracted', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 40 }),
        fc.integer({ min: 1, max: CALLS }),
        fc.constantFrom(0.2, 0.5, 0.9),
        (events, minimum, threshold) => {
          const breaker = createBreaker(minimum, threshold);
          const oracle = new CockatielBreaker({ threshold, size: CALLS, minimumNumberOfCalls: minimum });
          for (const one of events) {
            const state = one.startsWith('probe') ? HalfOpen : Closed;
            if (one.endsWith('failed')) {
              expect(breaker.failure(state)).toBe(oracle.failure(state));
            } else {
              breaker.success(state);
              oracle.success(state);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('opens after so many failures in a row, and not before', () => {
    const breaker = new CountBreaker({ kind: 'consecutive', failures: 3, halfOpenAfter: 1000 });
    breaker.success(Closed);
    expect([1, 2, 3].map(() => breaker.failure(Closed))).toEqual([false, false, true]);
    breaker.success(Closed);
    expect([1, 2, 3].map(() => breaker.failure(Closed))).toEqual([false, false, true]);
  });

  it('changes nothing when there is no success to retract', () => {
    const breaker = createBreaker(3);
    breaker.failure(Closed);
    breaker.retractSuccess();
    expect([breaker.failures, breaker.hasNoSuccess]).toEqual([1, true]);
    expect([breaker.failure(Closed), breaker.failure(Closed)]).toEqual([false, true]);
  });
});
