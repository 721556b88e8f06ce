/** The keys of buckets. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Caller, NO_GRANTS } from '../../../src/contract/caller.ts';
import { keyOfRule } from '../../../src/gateway/rate-limits/keys.ts';
import { requestOf } from '../../support/rate-limits.ts';

const callerOf = (issuer: string, client: string): Caller => ({
  id: 'id',
  issuer,
  subject: 's',
  client,
  grants: NO_GRANTS,
  expiresAt: Number.POSITIVE_INFINITY,
  claims: {},
});

const keyOf = (issuer: string, client: string): string | undefined => {
  const context = requestOf('10.0.0.1');
  context.caller = callerOf(issuer, client);
  return keyOfRule('client', undefined)?.(context);
};

it('Two programs have the same bucket only if their issuer and their name are the same', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('10.0.0.1', '","', 'a', 'x'.repeat(5000), 'x'.repeat(5001)),
  );
  fc.assert(
    fc.property(text, text, text, text, (issuer, client, otherIssuer, otherClient) => {
      const isSame = issuer === otherIssuer && client === otherClient;
      expect(keyOf(issuer, client) === keyOf(otherIssuer, otherClient)).toBe(isSame);
      expect(keyOf(issuer, client)?.length).toBeLessThanOrEqual(100);
      expect(keyOf(issuer, client)).not.toBe('10.0.0.1');
    }),
  );
});

it('A request without a known address shares a bucket with others of that kind', () => {
  const context = requestOf('x');
  context.client = undefined;
  expect(keyOfRule('address', undefined)?.(context)).toBe('unknown');
});

it('Rules per operation and per service count no request without an operation', () => {
  expect([keyOfRule('operation', undefined), keyOfRule('service', undefined)]).toEqual([
    undefined,
    undefined,
  ]);
});
