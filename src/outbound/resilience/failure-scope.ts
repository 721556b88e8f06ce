/**
 * What a failed attempt says, and of what. What a single request can provoke says nothing of the others: whoever sends
 * it again and again must not take an operation, let alone a service, from everybody.
 *
 * - `instance`: no connection. Every operation of the instance would fail.
 * - `operation`: no response, half of one, or 502, 503, 504 and the like. Other operations may be well, as reads are
 *   when the disk is full.
 * - `request`: 500, or bytes that are not HTTP. The request may have provoked it (RFC 9110 §15.6.1).
 * - `none`: any other response, one whose head is too large included.
 */

import { CallFailure } from '../call/call-errors.ts';
import { isFailure, UpstreamAnswer } from '../call/upstream-response.ts';

export type Blame = 'instance' | 'operation' | 'request' | 'none';

const INTERNAL_SERVER_ERROR = 500;

export function blameOf(outcome: unknown): Blame {
  if (outcome instanceof UpstreamAnswer) {
    if (!isFailure(outcome.status)) return 'none';
    return outcome.status === INTERNAL_SERVER_ERROR ? 'request' : 'operation';
  }
  if (!(outcome instanceof CallFailure)) return 'none';
  if (!outcome.isConnected) return 'instance';
  if (outcome.kind !== 'invalid') return 'operation';
  return outcome.fault === 'not-http' ? 'request' : 'none';
}
