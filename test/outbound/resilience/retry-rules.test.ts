/** Whether and when a call is repeated, decided for every kind of call and of outcome. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Outcome } from '../../../src/outbound/resilience/outcome.ts';
import { RetryBudget } from '../../../src/outbound/resilience/retry-budget.ts';
import { type RetriableCall, RetryRules } from '../../../src/outbound/resilience/retry-rules.ts';

const MINIMUM = 20;
const NOW = 1_000_000;

beforeEach(() => {
  jest.spyOn(performance, 'now').mockReturnValue(NOW);
  // The pause is then half of its maximum.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => void jest.restoreAllMocks());

const rules = (budget = 1, attempts = 3) =>
  new RetryRules(
    { retry: { attempts, delay: 100, budget }, minimumTime: MINIMUM, attemptTimeout: 1000 },
    new RetryBudget(budget),
  );
const callOf = (fields: Partial<RetriableCall> = {}): RetriableCall => ({
  abortReason: undefined,
  deadline: NOW + 10_000,
  remaining: 10_000,
  isRepeatable: true,
  isBodyUnread: true,
  retries: 0,
  delay: 0,
  hasUntriedInstance: () => false,
  ...fields,
});

/** Whether a call is safe to repeat, or only if nothing of it was sent. */
const CALLS: [string, Partial<RetriableCall>, 'always' | 'unsent' | 'never'][] = [
  ['A call that is safe to repeat', {}, 'always'],
  ['A call that is not safe to repeat', { isRepeatable: false }, 'unsent'],
  ['A call whose body was read', { isRepeatable: false, isBodyUnread: false }, 'never'],
];
const unavailable = (retryAfter?: number): Outcome => ({ kind: 'unavailable', retryAfter });
/** Whether the same instance may be called again, or only another one. */
const OUTCOMES: [Outcome, 'here' | 'elsewhere' | 'nowhere'][] = [
  [{ kind: 'success' }, 'nowhere'],
  [{ kind: 'throttled', retryAfter: undefined }, 'nowhere'],
  [{ kind: 'throttled', retryAfter: 0 }, 'here'],
  [unavailable(), 'here'],
  [unavailable(0), 'here'],
  [{ kind: 'failed' }, 'nowhere'],
  [{ kind: 'internal-error' }, 'elsewhere'],
  [{ kind: 'unreachable' }, 'here'],
  [{ kind: 'connect-timeout' }, 'here'],
  [{ kind: 'timeout' }, 'here'],
  [{ kind: 'broken' }, 'here'],
  [{ kind: 'malformed' }, 'nowhere'],
  [{ kind: 'unusable' }, 'nowhere'],
  [{ kind: 'inconclusive' }, 'nowhere'],
];

describe.each(CALLS)('%s', (_, fields, safe) => {
  it.each(OUTCOMES)('is repeated after the outcome %j where that is safe', (outcome, where) => {
    for (const isElsewhere of [false, true]) {
      const call = callOf({ ...fields, hasUntriedInstance: () => isElsewhere });
      const isWanted = where === 'here' || (where === 'elsewhere' && isElsewhere);
      const isSafe = safe === 'always' || (safe === 'unsent' && outcome.kind === 'unreachable');
      const isScheduled = rules().scheduleRetry(call, outcome);
      expect([isElsewhere, isScheduled]).toEqual([isElsewhere, isWanted && isSafe]);
      expect(call.retries).toBe(isWanted && isSafe ? 1 : 0);
    }
  });

  it('could be repeated later only where it is always safe to repeat', () => {
    expect(rules().couldRepeat(callOf(fields))).toBe(safe === 'always');
  });
});

describe('The pause before a retry', () => {
  it.each<[number, number | undefined, boolean, number]>([
    [0, undefined, false, 50],
    [1, undefined, false, 100],
    [2, undefined, true, 200],
    [0, 3000, false, 3000],
    [0, 0, false, 0],
    [1, 3000, true, 100],
  ])(
    'grows with the retries (%s), and is what the target asks for (%s ms) unless the retry goes elsewhere (%s): %s ms',
    (retries, retryAfter, isElsewhere, delay) => {
      const call = callOf({ retries, hasUntriedInstance: () => isElsewhere });
      expect(rules().scheduleRetry(call, unavailable(retryAfter))).toBe(true);
      expect([call.delay, call.retries]).toEqual([delay, retries + 1]);
    },
  );
});

describe('A call is not repeated', () => {
  const failed = unavailable();

  it('when it was already repeated as often as its policy allows', () => {
    expect(rules(1, 2).scheduleRetry(callOf({ retries: 1 }), failed)).toBe(true);
    expect(rules(1, 2).scheduleRetry(callOf({ retries: 2 }), failed)).toBe(false);
    expect(rules(1, 2).couldRepeat(callOf({ retries: 1 }))).toBe(true);
    expect(rules(1, 2).couldRepeat(callOf({ retries: 2 }))).toBe(false);
  });

  it('when it was aborted', () => {
    expect(rules().scheduleRetry(callOf({ abortReason: new Error('left') }), failed)).toBe(false);
  });

  it('when the pause leaves less than the minimum time before the deadline', () => {
    const until = (time: number) => callOf({ deadline: NOW + time });
    expect(rules().scheduleRetry(until(50 + MINIMUM), failed)).toBe(true);
    expect(rules().scheduleRetry(until(50 + MINIMUM - 1), failed)).toBe(false);
    expect(rules().scheduleRetry(until(3000 + MINIMUM), unavailable(3000))).toBe(true);
    expect(rules().scheduleRetry(until(3000 + MINIMUM - 1), unavailable(3000))).toBe(false);
  });

  it('later when the first attempt may use up all of the time', () => {
    const left = (remaining: number, retries: number) => callOf({ remaining, retries });
    expect(rules().couldRepeat(left(1000 + 100 + MINIMUM, 0))).toBe(true);
    expect(rules().couldRepeat(left(1000 + 100 + MINIMUM - 1, 0))).toBe(false);
    expect(rules().couldRepeat(left(1000 + 400 + MINIMUM, 2))).toBe(true);
    expect(rules().couldRepeat(left(1000 + 400 + MINIMUM - 1, 2))).toBe(false);
  });

  it('when the budget is used up, unless it reached no instance and goes to another one', () => {
    const used = rules(0);
    const next = (outcome: Outcome, isElsewhere: boolean) =>
      used.scheduleRetry(callOf({ hasUntriedInstance: () => isElsewhere }), outcome);
    for (let n = 0; n < 10; n++) expect(next(failed, false)).toBe(true);
    expect(used.couldRepeat(callOf())).toBe(false);
    expect(next(failed, false)).toBe(false);
    expect(next(failed, true)).toBe(false);
    expect(next({ kind: 'broken' }, true)).toBe(false);
    expect(next({ kind: 'unreachable' }, false)).toBe(false);
    expect(next({ kind: 'unreachable' }, true)).toBe(true);
  });
});

it('A retry costs no budget when it goes to another instance because there was no connection', () => {
  const used = rules(0);
  for (let n = 0; n < 50; n++) {
    const call = callOf({ hasUntriedInstance: () => true });
    expect(used.scheduleRetry(call, { kind: 'unreachable' })).toBe(true);
  }
  expect(used.couldRepeat(callOf())).toBe(true);
});
