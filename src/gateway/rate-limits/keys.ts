/** Which bucket of a rule a request belongs to. */
import { hash } from 'node:crypto';
import type { RateLimitRule } from '../../config/policies/rate-limits.ts';
import type { RequestContext } from '../../http/context.ts';
import type { GatewayOperation } from '../operation.ts';

/** @returns undefined if the rule does not count the request */
export type KeyOf = (context: RequestContext) => string | undefined;

type Operation = Pick<GatewayOperation, 'service' | 'operationId'>;

/** All requests without a known address share a bucket. */
const addressOf = ({ client }: RequestContext): string => client ?? 'unknown';

/** Ids of callers are hashes, so that none is an address. */
const subjectOf = (context: RequestContext): string => context.caller?.id ?? addressOf(context);

function clientOf(context: RequestContext): string {
  const { caller } = context;
  if (caller?.client === undefined) return subjectOf(context);
  const key = JSON.stringify([caller.issuer, caller.client]);
  return key.length > MAX_LENGTH ? hash('sha256', key, 'base64url') : key;
}

/** A key in memory is short, whatever a token says. */
const MAX_LENGTH = 100;

/** Credentials without an issuer are API keys, and names with a password. */
const keyOf = ({ caller }: RequestContext): string | undefined =>
  caller?.issuer === '' ? caller.id : undefined;

/** @param operation undefined for requests that match none */
export function keyOfRule(per: RateLimitRule['per'], operation: Operation | undefined): KeyOf | undefined {
  switch (per) {
    case 'subject':
      return subjectOf;
    case 'client':
      return clientOf;
    case 'key':
      return keyOf;
    case 'address':
      return addressOf;
    case 'gateway':
      return always('');
    case 'service':
      return operation && always(operation.service);
    case 'operation':
      return operation && always(JSON.stringify([operation.service, operation.operationId]));
  }
}

const always =
  (key: string): KeyOf =>
  () =>
    key;
