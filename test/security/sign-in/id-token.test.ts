import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readIdToken } from '../../../src/security/sign-in/id-token.ts';

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1000;
const EXPECTED = { issuer: 'https://idp.example', clientId: 'gateway', nonce: 'n', now: NOW };
const CLAIMS = { iss: 'https://idp.example', aud: 'gateway', nonce: 'n', exp: SECONDS + 60, name: 'Anna' };

const tokenOf = (claims: unknown): string =>
  ['{}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
const read = (text: unknown) => readIdToken(text, EXPECTED);

describe('An ID token', () => {
  it('Is accepted with the issuer, the client and the nonce of the sign-in', () => {
    expect(read(tokenOf(CLAIMS))).toEqual(CLAIMS);
    expect(read(tokenOf({ ...CLAIMS, aud: ['other', 'gateway'], azp: 'gateway' })).name).toBe('Anna');
  });

  it.each([
    ['another issuer', { iss: 'https://idp.example/' }, /another issuer/],
    ['no issuer', { iss: undefined }, /another issuer/],
    ['another client', { aud: 'other' }, /another client/],
    ['no client', { aud: undefined }, /another client/],
    ['a client inside of a list inside of a list', { aud: [['gateway']] }, /another client/],
    ['another party', { azp: 'other' }, /another client/],
    ['no end', { exp: undefined }, /expired/],
    ['an end in the past', { exp: SECONDS - 30 }, /expired/],
    ['an end that is no number', { exp: '9999999999' }, /expired/],
    ['the nonce of another sign-in', { nonce: 'm' }, /another sign-in/],
    ['no nonce', { nonce: undefined }, /another sign-in/],
  ])('Is refused with %s', (_, changes, reason) => {
    expect(() => read(tokenOf({ ...CLAIMS, ...changes }))).toThrow(reason);
  });

  it('Is refused in any other form', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => read(value)).toThrow();
      }),
    );
    for (const value of [
      undefined,
      '',
      'a.b',
      'a.b.c.d',
      tokenOf([]),
      tokenOf(null),
      `x.${'A'.repeat(70_000)}.x`,
    ])
      expect(() => read(value)).toThrow('the response has no ID token');
  });
});
