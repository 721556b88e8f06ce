import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Caller } from '../../src/contract/caller.ts';
import { headersOf } from '../../src/http/headers/raw-headers.ts';
import { authenticationOf } from '../../src/security/authentication.ts';
import { callerFromHeaders, identityHeaders, isIdentityHeader } from '../../src/security/identity-headers.ts';

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '%', ',', ' ', '=', ';', '\n', '\\', 'é', '\ud800', '\udc00', 'u', 'D'),
  }),
);
const name = anyText.filter((text) => text !== '');
const anyCaller: fc.Arbitrary<Caller> = fc
  .record({
    issuer: anyText,
    subject: anyText,
    client: fc.option(anyText, { nil: undefined }),
    schemes: fc.uniqueArray(fc.tuple(name, fc.uniqueArray(name)), {
      minLength: 1,
      maxLength: 4,
      selector: ([scheme]) => scheme,
    }),
  })
  .map(({ issuer, subject, client, schemes }) => ({
    id: '',
    issuer,
    subject,
    client,
    grants: new Map(schemes.map(([scheme, scopes]) => [scheme, new Set(scopes)])),
    expiresAt: Number.POSITIVE_INFINITY,
    claims: {},
  }));

const read = (caller: Caller) => callerFromHeaders(headersOf(identityHeaders(caller)));

describe('Identity headers', () => {
  it('Every caller is read as it was written', () => {
    fc.assert(
      fc.property(anyCaller, (caller) => {
        expect(read(caller)).toEqual({ ...caller, id: expect.any(String) });
      }),
      { numRuns: 1000 },
    );
  });

  it('Every value can be sent in a header, and no value contains another header', () => {
    fc.assert(
      fc.property(anyCaller, (caller) => {
        for (const text of identityHeaders(caller)) expect(text).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it('Different callers have different headers', () => {
    fc.assert(
      fc.property(anyCaller, anyCaller, (a, b) => {
        const isSame = JSON.stringify(identityHeaders(a)) === JSON.stringify(identityHeaders(b));
        const plain = ({ grants, ...rest }: Caller) =>
          JSON.stringify([rest, [...grants].map(([k, v]) => [k, [...v]])]);
        expect(isSame).toBe(plain(a) === plain(b));
      }),
    );
  });

  it('The id of the caller is that of the gateway, where one scheme names it', () => {
    const identity = {
      issuer: 'https://idp.example',
      subject: 'anna',
      client: 'shop',
      scopes: new Set(['orders:read']),
      expiresAt: 1,
    };
    const { caller } = authenticationOf(new Map([['oauth', identity]]), new Map());
    expect(read(caller as Caller)).toMatchObject({ id: caller?.id, subject: 'anna', client: 'shop' });
    const key = { ...identity, issuer: '', client: undefined };
    const { caller: byKey } = authenticationOf(new Map([['apiKey', key]]), new Map());
    expect(read(byKey as Caller)).toMatchObject({ id: byKey?.id });
    expect(byKey?.id).not.toBe(caller?.id);
  });

  it('A request without identity headers is anonymous', () => {
    expect(callerFromHeaders({ authorization: 'Bearer x' })).toBeUndefined();
  });

  it('Scopes are written as services compare them', () => {
    const grants = new Map([
      ['oauth', new Set(['orders:read', 'a/b?c=d'])],
      ['apiKey', new Set<string>()],
    ]);
    const caller: Caller = {
      id: '',
      issuer: '',
      subject: 'anna',
      client: undefined,
      grants,
      expiresAt: 0,
      claims: {},
    };
    expect(identityHeaders(caller)).toEqual([
      'X-Auth-Subject',
      'anna',
      'X-Auth-Scope',
      'oauth="orders:read a/b?c=d", apiKey=""',
    ]);
  });

  it.each([
    [{ 'x-auth-scope': 'oauth="read"' }],
    [{ 'x-auth-client': 'shop' }],
    [{ 'x-auth-subject': 'anna, bert' }],
    [{ 'x-auth-subject': 'anna bert' }],
    [{ 'x-auth-subject': 'än' }],
    [{ 'x-auth-subject': '%' }],
    [{ 'x-auth-subject': '%ff' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-issuer': '%zz' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-client': 'a b' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-scope': 'oauth' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-scope': 'oauth=read' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-scope': 'oauth="read  write"' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-scope': 'oauth="read", oauth="write"' }],
    [{ 'x-auth-subject': 'anna', 'x-auth-scope': '="read"' }],
  ])('The headers %j name no caller', (headers) => {
    const result = callerFromHeaders(headers);
    expect(result).toBe('malformed');
  });

  it('Each header is removed from requests of clients, in every spelling', () => {
    for (const part of ['subject', 'issuer', 'client', 'scope', 'identity'])
      for (const spelling of [`X-Auth-${part}`, `x_auth_${part}`, `X-AUTH_${part.toUpperCase()}`])
        expect(isIdentityHeader(spelling)).toBe(true);
  });
});
