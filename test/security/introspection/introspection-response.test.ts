import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identityOfResponse } from '../../../src/security/introspection/introspection-response.ts';

const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1000;
const ORIGIN = 'https://idp.example';

const judge = (value: unknown, checks = {}) => identityOfResponse(value, { origin: ORIGIN, ...checks }, NOW);
const active = (claims = {}) => ({ active: true, sub: 'alice', ...claims });

describe('The response of an introspection endpoint', () => {
  it('Becomes the identity of the example in RFC 7662 §2.2', () => {
    const value = {
      active: true,
      client_id: 'l238j323ds-23ij4',
      username: 'jdoe',
      scope: 'read write dolphin',
      sub: 'Z5O3upPC88QrAjx00dis',
      aud: 'https://protected.example.net/resource',
      iss: 'https://server.example.com/',
      exp: SECONDS + 60,
      iat: SECONDS,
      extension_field: 'twenty-seven',
    };
    expect(judge(value)).toEqual({
      issuer: 'https://server.example.com/',
      subject: 'Z5O3upPC88QrAjx00dis',
      client: 'l238j323ds-23ij4',
      scopes: new Set(['read', 'write', 'dolphin']),
      expiresAt: NOW + 60_000,
      claims: value,
    });
  });

  it('Becomes a refusal where the token is not active, whatever else it says', () => {
    expect(judge({ active: false })).toEqual({
      rejected: 'The token is not valid.',
      reason: 'the authorization server says that the token is not active',
    });
    expect(judge(active({ active: false, scope: 'admin' }))).toHaveProperty('rejected');
  });

  it.each([
    ['exp in the past', { exp: SECONDS - 1 }, /^exp is/],
    ['exp now', { exp: SECONDS }, /^exp is/],
    ['nbf more than 30 s ahead', { nbf: SECONDS + 31 }, /^nbf is/],
    ['a binding to a key (RFC 8705)', { cnf: { 'x5t#S256': 'x' } }, /bound to a key/],
    ['a token of DPoP', { token_type: 'DPoP' }, /not a bearer token/],
    ['a refresh token by its type', { token_type: 'refresh_token' }, /not a bearer token/],
    ['a refresh token by its use', { token_use: 'refresh_token' }, /not for access/],
    ['an ID token', { token_use: 'id' }, /not for access/],
    ['no sub and no client_id', { sub: undefined }, /neither sub nor client_id/],
    ['an empty sub', { sub: '' }, /neither sub nor client_id/],
  ])('Becomes a refusal with %s', (_, claims, reason) => {
    const verdict = judge(active(claims));
    expect(verdict).toHaveProperty('rejected');
    expect(verdict).toHaveProperty('reason', expect.stringMatching(reason));
  });

  it.each([
    ['nbf within 30 s', { nbf: SECONDS + 30 }],
    ['the type bearer in any case', { token_type: 'BEARER' }],
    ['the type of older servers', { token_type: 'access_token', token_use: 'access' }],
  ])('Becomes an identity with %s', (_, claims) => {
    expect(judge(active(claims))).toHaveProperty('subject', 'alice');
  });

  it.each([
    ['https://a', 'https://a', true],
    ['https://a/', 'https://a', false],
    ['HTTPS://a', 'https://a', false],
    [undefined, 'https://a', false],
    ['https://b', undefined, true],
  ])('Is checked for the issuer: iss %j where %j is required: %j', (iss, issuer, isValid) => {
    expect('subject' in judge(active({ iss }), { issuer })).toBe(isValid);
  });

  it.each([
    ['orders', ['orders'], true],
    [['other', 'orders'], ['orders', 'shop'], true],
    [['other'], ['orders'], false],
    ['orders2', ['orders'], false],
    [[], ['orders'], false],
    [undefined, ['orders'], false],
    [undefined, undefined, true],
  ])('Is checked for the audience: aud %j where one of %j is required: %j', (aud, audience, isValid) => {
    expect('subject' in judge(active({ aud }), { audience })).toBe(isValid);
  });

  it('Names its endpoint as the issuer where neither it nor the configuration names one', () => {
    expect(judge(active())).toHaveProperty('issuer', ORIGIN);
  });

  it('Distinguishes a program from a user of the same name', () => {
    expect(judge({ active: true, client_id: 'alice' })).toMatchObject({
      subject: 'client:alice',
      client: 'alice',
    });
  });

  it.each([
    ['a list', []],
    ['a text', 'active'],
    ['nothing', null],
    ['no active', { sub: 'alice' }],
    ['active as a text', active({ active: 'true' })],
    ['active as a number', active({ active: 1 })],
    ['exp as a text', active({ exp: '4000000000' })],
    ['a negative exp', active({ exp: -1 })],
    ['an endless exp', active({ exp: 1e300 })],
    ['sub as a number', active({ sub: 1 })],
    ['scope as an object', active({ scope: { admin: true } })],
    ['aud as a number', active({ aud: 1 })],
  ])('Says nothing about the token when it is or has %s', (_, value) => {
    expect(judge(value)).toHaveProperty('malformed');
  });

  it('Becomes an identity only when active is true and the end is ahead, for any JSON', () => {
    const claim = fc.oneof(fc.jsonValue(), fc.constantFrom(true, false, SECONDS + 1, SECONDS - 1, 'alice'));
    const names = fc.constantFrom(
      'active',
      'sub',
      'exp',
      'aud',
      'iss',
      'scope',
      'cnf',
      'token_type',
      '__proto__',
    );
    const response = fc.oneof(fc.dictionary(names, claim), fc.jsonValue());
    fc.assert(
      fc.property(response, (value) => {
        const verdict = judge(value, { audience: ['alice'] });
        const { active: isActive, exp = Number.POSITIVE_INFINITY, aud } = Object(value);
        if (!('subject' in verdict)) return;
        expect([isActive, [aud].flat().includes('alice')]).toEqual([true, true]);
        expect(exp * 1000).toBeGreaterThan(NOW);
        expect(verdict.expiresAt).toBe(exp * 1000);
      }),
      { numRuns: 1000 },
    );
  });
});
