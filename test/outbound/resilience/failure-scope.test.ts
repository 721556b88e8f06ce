import { expect, it } from '@jest/globals';
import { CallAborted, CallFailure, OutOfTime } from '../../../src/outbound/call/call-errors.ts';
import type { FailureKind } from '../../../src/outbound/call/types.ts';
import { UpstreamAnswer } from '../../../src/outbound/call/upstream-response.ts';
import { type Blame, blameOf } from '../../../src/outbound/resilience/failure-scope.ts';

const response = (status: number): UpstreamAnswer =>
  Object.defineProperty(Object.create(UpstreamAnswer.prototype), 'status', { value: status });
const failure = (kind: FailureKind, circumstances?: object) =>
  new CallFailure({} as never, kind, circumstances);

it.each<[string, unknown, Blame]>([
  ...[200, 204, 304, 400, 404, 408, 409, 429, 501].map((status): [string, unknown, Blame] => [
    `a response with ${status}`,
    response(status),
    'none',
  ]),
  ['a response with 500', response(500), 'request'],
  ...[502, 503, 504].map((status): [string, unknown, Blame] => [
    `a response with ${status}`,
    response(status),
    'operation',
  ]),
  ['no connection', failure('unreachable'), 'instance'],
  ['no connection in time', failure('timeout', { isConnected: false }), 'instance'],
  ['no response in time', failure('timeout'), 'operation'],
  ['half a response', failure('broken'), 'operation'],
  ['what is not HTTP', failure('invalid', { fault: 'not-http' }), 'request'],
  ['a head that is too large', failure('invalid', { fault: 'head-too-large' }), 'none'],
  ['a status that is none', failure('invalid', { fault: 'status' }), 'none'],
  ['a transfer coding that is not known', failure('invalid', { fault: 'transfer-coding' }), 'none'],
  ['a caller that left', new CallAborted(), 'none'],
  ['too little time', new OutOfTime(), 'none'],
  ['another error', new Error('broken'), 'none'],
])('The blame is set for %s', (_, outcome, blame) => {
  expect(blameOf(outcome)).toBe(blame);
});
