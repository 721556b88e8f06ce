import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { BulkheadRejectedError } from 'cockatiel';
import { Problem } from '../../../src/contract/problem.ts';
import { CallAborted, CallFailure, DeadlineExceeded } from '../../../src/outbound/call/call-errors.ts';
import { circuitOpenProblem, toProblem, truncatedBody } from '../../../src/outbound/call/to-problem.ts';
import type { FailureKind, ResponseFault } from '../../../src/outbound/call/types.ts';

const call = { toProblem: (error: unknown) => toProblem('orders', error) };
const failure = (kind: FailureKind, circumstances?: object) =>
  new CallFailure(call as never, kind, circumstances);
const invalid = (fault: ResponseFault) => failure('invalid', { fault });
/** Status, code, detail and the headers of a problem. */
const described = (error: unknown) => {
  const { type, message, headers, extensions } = error as Problem;
  expect(error).toBeInstanceOf(Problem);
  expect(extensions).toEqual({ service: 'orders' });
  return [type.status, type.code, message, headers];
};
const SOON = { 'Retry-After': '1' };
const CANNOT = 'The response of the service "orders" cannot be passed on:';

describe('The error that a client gets', () => {
  it.each<[unknown, number, string, string, object | undefined]>([
    [
      failure('unreachable'),
      503,
      'service-unreachable',
      'No connection to the service "orders" could be made.',
      SOON,
    ],
    [
      failure('broken'),
      502,
      'bad-gateway',
      'The connection to the service "orders" broke before it responded.',
      {},
    ],
    [failure('timeout'), 504, 'upstream-timeout', 'The service "orders" did not respond in time.', {}],
    [invalid('head-too-large'), 502, 'bad-gateway', `${CANNOT} the head of the response is too large.`, {}],
    [invalid('not-http'), 502, 'bad-gateway', `${CANNOT} the response is not valid HTTP.`, {}],
    [failure('invalid'), 502, 'bad-gateway', `${CANNOT} the response is not valid HTTP.`, {}],
    [invalid('status'), 502, 'bad-gateway', `${CANNOT} the response has no valid status code.`, {}],
    [
      new DeadlineExceeded(),
      504,
      'upstream-timeout',
      'The remaining time was too short to call the service "orders".',
      {},
    ],
    [
      new BulkheadRejectedError(1, 1),
      ...([503, 'overloaded', 'Too many calls to the service "orders" are in flight.', SOON] as const),
    ],
  ])('for %s is the expected problem', (error, status, code, detail, headers) => {
    const [...is] = described(toProblem('orders', error));
    expect([...is.slice(0, 3), is[3] ?? {}]).toEqual([status, code, detail, headers]);
  });

  it('for any other error is the error itself', () => {
    for (const error of [new CallAborted(), new Error('a fault of ours'), undefined])
      expect(toProblem('orders', error)).toBe(error);
  });

  it('for a truncated response is 502, 504 after its deadline, and no problem when the client left', () => {
    const aborted = new CallAborted();
    expect(truncatedBody(aborted)).toBe(aborted);
    expect(described(truncatedBody(failure('timeout'))).slice(0, 2)).toEqual([504, 'upstream-timeout']);
    const detail = 'The response of the service was truncated.';
    expect(described(truncatedBody(failure('broken'))).slice(0, 3)).toEqual([502, 'bad-gateway', detail]);
    const cause = new Error('reset');
    expect(truncatedBody(cause)).toMatchObject({ type: { code: 'bad-gateway' }, message: detail, cause });
  });
});

describe('A call that an open circuit rejects', () => {
  afterEach(() => void jest.restoreAllMocks());

  it.each<[number | undefined, number, string]>([
    [5000, 1, '5'],
    [5001, 1, '6'],
    [1, 9999, '1'],
    [0, 9999, '1'],
    [-5000, 9999, '1'],
    [undefined, 2500, '3'],
    [undefined, 0, '1'],
  ])('for %s ms from now, or for a pause of %s ms, has a Retry-After of %s s', (until, pause, seconds) => {
    jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const cause = new Error('of the latest');
    const problem = circuitOpenProblem(
      'orders',
      until === undefined ? undefined : 1_000_000 + until,
      pause,
      cause,
    );
    expect(described(problem)).toEqual([
      503,
      'circuit-open',
      until === undefined
        ? 'No instance of the service "orders" accepts calls at the moment.'
        : 'The service "orders" is failing and is given time to recover.',
      { 'Retry-After': seconds },
    ]);
    expect(problem.cause).toBe(cause);
  });
});
