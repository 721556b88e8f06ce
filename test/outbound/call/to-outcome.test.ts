import { describe, expect, it } from '@jest/globals';
import { CallAborted, CallFailure, DeadlineExceeded } from '../../../src/outbound/call/call-errors.ts';
import { isFailureStatus } from '../../../src/outbound/call/to-outcome.ts';
import { UpstreamResponse } from '../../../src/outbound/call/upstream-response.ts';
import { attemptResultOf, type Outcome } from '../../../src/outbound/resilience/outcome.ts';

const response = (status: number, retryAfter?: string) =>
  UpstreamResponse.whole(
    status,
    retryAfter === undefined ? [] : ['Retry-After', retryAfter],
    Buffer.alloc(0),
  );
const failure = (kind: CallFailure['kind'], circumstances?: object) =>
  new CallFailure({} as never, kind, circumstances);

describe('The outcome of an HTTP attempt', () => {
  it.each<[string, unknown, Outcome]>([
    ...[200, 204, 304, 400, 404, 408, 409, 499, 501].map((status): [string, unknown, Outcome] => [
      `a response with ${status}`,
      response(status, '1'),
      { kind: 'success' },
    ]),
    ['a response with 429', response(429), { kind: 'throttled', retryAfter: undefined }],
    ['a response with 429 and Retry-After', response(429, '2'), { kind: 'throttled', retryAfter: 2000 }],
    ['a response with 500', response(500, '1'), { kind: 'internal-error' }],
    ...[502, 503, 504].flatMap((status): [string, unknown, Outcome][] => [
      [`a response with ${status}`, response(status), { kind: 'unavailable', retryAfter: undefined }],
      [
        `a response with ${status} and Retry-After`,
        response(status, '3'),
        { kind: 'unavailable', retryAfter: 3000 },
      ],
    ]),
    ['a response with 505', response(505, '1'), { kind: 'failed' }],
    ['a response with 599', response(599), { kind: 'failed' }],
    ['no connection', failure('unreachable'), { kind: 'unreachable' }],
    ['no connection in time', failure('timeout', { isConnected: false }), { kind: 'connect-timeout' }],
    ['no response in time', failure('timeout'), { kind: 'timeout' }],
    ['a truncated response', failure('broken'), { kind: 'broken' }],
    ['bytes that are not HTTP', failure('invalid', { fault: 'not-http' }), { kind: 'malformed' }],
    ['a head that is too large', failure('invalid', { fault: 'head-too-large' }), { kind: 'unusable' }],
    ['an invalid status code', failure('invalid', { fault: 'status' }), { kind: 'unusable' }],
    ['an unknown transfer coding', failure('invalid', { fault: 'transfer-coding' }), { kind: 'unusable' }],
    ['a client that left', new CallAborted(), { kind: 'inconclusive' }],
    ['too little time', new DeadlineExceeded(), { kind: 'inconclusive' }],
    ['another error', new Error('broken'), { kind: 'inconclusive' }],
    ['no result', undefined, { kind: 'inconclusive' }],
  ])('is as expected for %s', (_, result, outcome) => {
    expect(attemptResultOf(result).outcome).toEqual(outcome);
  });
});

describe('A status', () => {
  it.each([
    [200, false],
    [404, false],
    [499, false],
    [500, true],
    [501, false],
    [502, true],
    [599, true],
  ])('of %d is a failure of the upstream: %s', (status, fails) =>
    expect(isFailureStatus(status)).toBe(fails),
  );
});
