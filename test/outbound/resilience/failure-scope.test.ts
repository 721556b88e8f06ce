import { expect, it } from '@jest/globals';
import { type FailureScope, failureScopeOf } from '../../../src/outbound/resilience/failure-scope.ts';
import type { Outcome } from '../../../src/outbound/resilience/outcome.ts';

it.each<[Outcome, FailureScope]>([
  [{ kind: 'success' }, 'none'],
  [{ kind: 'throttled', retryAfter: undefined }, 'none'],
  [{ kind: 'unavailable', retryAfter: undefined }, 'operation'],
  [{ kind: 'failed' }, 'operation'],
  [{ kind: 'internal-error' }, 'request'],
  [{ kind: 'unreachable' }, 'instance'],
  [{ kind: 'connect-timeout' }, 'instance'],
  [{ kind: 'timeout' }, 'operation'],
  [{ kind: 'broken' }, 'operation'],
  [{ kind: 'malformed' }, 'request'],
  [{ kind: 'unusable' }, 'none'],
  [{ kind: 'inconclusive' }, 'none'],
])('The failure scope of the outcome %j is %s', (outcome, scope) => {
  expect(failureScopeOf(outcome)).toBe(scope);
});
