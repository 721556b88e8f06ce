/**
 * How much of a service a failed attempt speaks against. A failure that a single request can provoke says nothing about
 * other requests: a client that sends it again and again must not take an operation, let alone a service, from all.
 */
import type { Outcome } from './outcome.ts';

/**
 * - `instance`: no operation of the instance can be called.
 * - `operation`: the operation fails. Other operations may work, as reads do when the disk is full.
 * - `request`: the request may have provoked the failure (RFC 9110 §15.6.1).
 * - `none`: nothing speaks against the target.
 */
export type FailureScope = 'instance' | 'operation' | 'request' | 'none';

const SCOPES: Readonly<Record<Outcome['kind'], FailureScope>> = {
  success: 'none',
  throttled: 'none',
  unavailable: 'operation',
  failed: 'operation',
  'internal-error': 'request',
  unreachable: 'instance',
  'connect-timeout': 'instance',
  timeout: 'operation',
  broken: 'operation',
  malformed: 'request',
  unusable: 'none',
  inconclusive: 'none',
};

export const failureScopeOf = ({ kind }: Outcome): FailureScope => SCOPES[kind];
