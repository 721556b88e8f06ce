/** What is repeated, decided for every kind of request and of outcome. */
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CallFailure } from '../../../src/outbound/call/call-errors.ts';
import type { FailureKind, OngoingCall, OutboundRequest } from '../../../src/outbound/call/types.ts';
import type { UpstreamAnswer } from '../../../src/outbound/call/upstream-response.ts';
import { RetryBudget } from '../../../src/outbound/resilience/retry-budget.ts';
import { RetryRules } from '../../../src/outbound/resilience/retry-rules.ts';

const MINIMUM = 20;
const NOW = 1_000_000;

beforeEach(() => {
  jest.spyOn(performance, 'now').mockReturnValue(NOW);
  // A pause is then half of what it may be at most.
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => void jest.restoreAllMocks());

const rules = (budget = 1, attempts = 3) =>
  new RetryRules(
    { retry: { attempts, delay: 100, budget }, minimumTime: MINIMUM, attemptTimeout: 1000 },
    new RetryBudget(budget),
  );
const callOf = (request: Partial<OutboundRequest> = {}, fields: object = {}): OngoingCall =>
  ({
    request: { method: 'GET', path: '/', headers: [], ...request },
    deadline: NOW + 10_000,
    remaining: 10_000,
    retries: 0,
    delay: 0,
    hasOther: () => false,
    ...fields,
  }) as unknown as OngoingCall;
const response = (status: number, retryAfter?: string): UpstreamAnswer =>
  ({
    status,
    header: (name: string) => (name === 'retry-after' ? retryAfter : undefined),
  }) as unknown as UpstreamAnswer;

const read = (): Readable => {
  const stream = Readable.from(['x']);
  stream.read();
  return stream;
};
const KEY = ['Accept', '*/*', 'Idempotency-Key', 'k'];
/** Whether it is safe to repeat, or only where nothing of it was sent. */
const REQUESTS: [string, () => Partial<OutboundRequest>, 'always' | 'unsent' | 'never'][] = [
  ...['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY'].map((method): (typeof REQUESTS)[number] => [
    method,
    () => ({ method }),
    'always',
  ]),
  ['PUT with a body', () => ({ method: 'PUT', body: Buffer.from('x') }), 'always'],
  ['POST', () => ({ method: 'POST' }), 'unsent'],
  ['PATCH with a body', () => ({ method: 'PATCH', body: Buffer.from('x') }), 'unsent'],
  ['POST with a key', () => ({ method: 'POST', headers: KEY }), 'always'],
  [
    'POST with a header whose value is like a key',
    () => ({ method: 'POST', headers: ['A', KEY[2] ?? ''] }),
    'unsent',
  ],
  ['PUT that streams', () => ({ method: 'PUT', body: Readable.from(['x']) }), 'unsent'],
  ['PUT whose stream was read', () => ({ method: 'PUT', body: read() }), 'never'],
  ['PUT whose stream is gone', () => ({ method: 'PUT', body: Readable.from(['x']).destroy() }), 'never'],
  ['POST with a key that streams', () => ({ method: 'POST', headers: KEY, body: read() }), 'never'],
];
const failure = (kind: FailureKind) => new CallFailure(callOf(), kind);
/** Whether the same instance may be asked again, or only another one. */
const OUTCOMES: [string, UpstreamAnswer | CallFailure, 'here' | 'elsewhere' | 'nowhere'][] = [
  ...[200, 304, 400, 404, 408, 501, 505].map((status): (typeof OUTCOMES)[number] => [
    String(status),
    response(status),
    'nowhere',
  ]),
  ['429', response(429), 'nowhere'],
  ['429 with Retry-After', response(429, '0'), 'here'],
  ['500', response(500, '0'), 'elsewhere'],
  ...[502, 503, 504].map((status): (typeof OUTCOMES)[number] => [String(status), response(status), 'here']),
  ...(['unreachable', 'broken', 'timeout'] as const).map((kind): (typeof OUTCOMES)[number] => [
    kind,
    failure(kind),
    'here',
  ]),
  ['invalid', failure('invalid'), 'nowhere'],
];

describe.each(REQUESTS)('%s', (_, request, safe) => {
  it.each(OUTCOMES)('after %s is repeated where that is safe', (name, outcome, where) => {
    for (const isElsewhere of [false, true]) {
      const call = callOf(request(), { hasOther: () => isElsewhere });
      const isWanted = where === 'here' || (where === 'elsewhere' && isElsewhere);
      const isSafe = safe === 'always' || (safe === 'unsent' && name === 'unreachable');
      expect([isElsewhere, rules().book(call, outcome)]).toEqual([isElsewhere, isWanted && isSafe]);
      expect(call.retries).toBe(isWanted && isSafe ? 1 : 0);
    }
  });

  it('could be repeated later where that is always safe', () => {
    expect(rules().couldRepeat(callOf(request()))).toBe(safe === 'always');
  });
});

describe('the pause before it', () => {
  it.each<[number, string | undefined, boolean, number]>([
    [0, undefined, false, 50],
    [1, undefined, false, 100],
    [2, undefined, true, 200],
    [0, '3', false, 3000],
    [0, '0', false, 0],
    [1, '3', true, 100],
  ])('of retry %s after Retry-After %s is %s elsewhere, %s ms', (retries, after, isElsewhere, delay) => {
    const call = callOf({}, { retries, hasOther: () => isElsewhere });
    expect(rules().book(call, response(503, after))).toBe(true);
    expect([call.delay, call.retries]).toEqual([delay, retries + 1]);
  });
});

describe('there is none', () => {
  const failed = response(503);

  it('after as many as there may be', () => {
    expect(rules(1, 2).book(callOf({}, { retries: 1 }), failed)).toBe(true);
    expect(rules(1, 2).book(callOf({}, { retries: 2 }), failed)).toBe(false);
    expect(rules(1, 2).couldRepeat(callOf({}, { retries: 1 }))).toBe(true);
    expect(rules(1, 2).couldRepeat(callOf({}, { retries: 2 }))).toBe(false);
  });

  it('of a call that is over', () => {
    expect(rules().book(callOf({}, { over: new Error('left') }), failed)).toBe(false);
  });

  it('where the pause leaves less than the least time before the deadline', () => {
    const until = (time: number) => callOf({}, { deadline: NOW + time });
    expect(rules().book(until(50 + MINIMUM), failed)).toBe(true);
    expect(rules().book(until(50 + MINIMUM - 1), failed)).toBe(false);
    expect(rules().book(until(3000 + MINIMUM), response(503, '3'))).toBe(true);
    expect(rules().book(until(3000 + MINIMUM - 1), response(503, '3'))).toBe(false);
  });

  it('to count on where the first attempt may take all of the time', () => {
    const left = (remaining: number, retries: number) => callOf({}, { remaining, retries });
    expect(rules().couldRepeat(left(1000 + 100 + MINIMUM, 0))).toBe(true);
    expect(rules().couldRepeat(left(1000 + 100 + MINIMUM - 1, 0))).toBe(false);
    expect(rules().couldRepeat(left(1000 + 400 + MINIMUM, 2))).toBe(true);
    expect(rules().couldRepeat(left(1000 + 400 + MINIMUM - 1, 2))).toBe(false);
  });

  it('when the budget is used up, but for what reached no instance and goes to another', () => {
    const used = rules(0);
    const next = (outcome: UpstreamAnswer | CallFailure, isElsewhere: boolean) =>
      used.book(callOf({}, { hasOther: () => isElsewhere }), outcome);
    for (let n = 0; n < 10; n++) expect(next(failed, false)).toBe(true);
    expect(used.couldRepeat(callOf())).toBe(false);
    expect(next(failed, false)).toBe(false);
    expect(next(failed, true)).toBe(false);
    expect(next(failure('broken'), true)).toBe(false);
    expect(next(failure('unreachable'), false)).toBe(false);
    expect(next(failure('unreachable'), true)).toBe(true);
  });

  it('that costs the budget anything when it only goes to another instance for want of a connection', () => {
    const used = rules(0);
    for (let n = 0; n < 50; n++)
      expect(used.book(callOf({}, { hasOther: () => true }), failure('unreachable'))).toBe(true);
    expect(used.couldRepeat(callOf())).toBe(true);
  });
});
