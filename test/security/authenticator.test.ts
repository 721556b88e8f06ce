import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { RequestContext } from '../../src/http/context.ts';
import { Authenticator } from '../../src/security/authenticator.ts';
import type { CredentialSource } from '../../src/security/credentials.ts';
import { FailedAttempts } from '../../src/security/failed-attempts.ts';
import { scriptedVerifier } from '../support/verifiers.ts';

const context = () => new RequestContext('id', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, false);
const requestOf = (headers: Record<string, string>, url = '/'): CredentialSource => ({
  headers,
  rawHeaders: Object.entries(headers).flat(),
  url,
  socket: new Socket(),
});
const bearer = (token: string) => requestOf({ authorization: `Bearer ${token}` });

function setUp(isAsynchronous = false) {
  const verifier = scriptedVerifier({ isAsynchronous });
  const authenticator = new Authenticator([
    { name: 'oauth', places: [{ in: 'bearer' }], verifier },
    {
      name: 'key',
      places: [
        { in: 'header', name: 'x-key' },
        { in: 'query', name: 'key' },
      ],
      verifier,
    },
  ]);
  return { authenticator, verifier };
}

describe('An authenticator', () => {
  it('A request is verified once, however many operations it leads to', async () => {
    const { authenticator, verifier } = setUp(true);
    const one = context();
    const [first, second] = await Promise.all([
      authenticator.authenticate(bearer('anna'), one),
      authenticator.authenticate(bearer('anna'), one),
    ]);
    expect(first).toBe(second);
    expect(verifier.calls).toEqual(['anna']);
    expect(one.caller?.subject).toBe('anna');
  });

  it('The identity of a caller does not depend on scopes, and differs by subject and scheme', async () => {
    const { authenticator } = setUp();
    const idOf = async (request: CredentialSource) =>
      (await authenticator.authenticate(request, context())).caller?.id;
    const [few, many, other, key] = await Promise.all([
      idOf(bearer('anna:read')),
      idOf(bearer('anna:read,write')),
      idOf(bearer('bert')),
      idOf(requestOf({ 'x-key': 'anna' })),
    ]);
    expect(few).toBe(many);
    expect(new Set([few, other]).size).toBe(2);
    expect(key).toBe(few);
    expect(few).not.toContain('anna');
  });

  it('Several kinds of credentials add up', async () => {
    const { authenticator } = setUp();
    const { caller } = await authenticator.authenticate(
      requestOf({ authorization: 'Bearer anna:read', 'x-key': 'shop:stock' }),
      context(),
    );
    expect(caller?.subject).toBe('anna');
    expect(caller?.grants).toEqual(
      new Map([
        ['oauth', new Set(['read'])],
        ['key', new Set(['stock'])],
      ]),
    );
  });

  it('Invalid credentials of one kind do not affect another', async () => {
    const { authenticator } = setUp();
    const { caller, faults } = await authenticator.authenticate(
      requestOf({ authorization: 'Bearer bad', 'x-key': 'shop' }),
      context(),
    );
    expect(caller?.subject).toBe('shop');
    expect([...faults.keys()]).toEqual(['oauth']);
  });

  it('A request without credentials asks no verifier', async () => {
    const { authenticator, verifier } = setUp();
    const { caller } = await authenticator.authenticate(requestOf({}, '/a?b=1'), context());
    expect(caller).toBeUndefined();
    expect(verifier.calls).toEqual([]);
  });

  describe('With two schemes for bearer tokens', () => {
    const limits = () => ({
      failedAttempts: new FailedAttempts({ perSecond: 2, now: () => 0 }),
      failedPasswords: new FailedAttempts({ perSecond: 2, now: () => 0 }),
    });
    /** The first accepts `anna…`, the second everything else but `bad`. */
    const twoSchemes = (isAsynchronous: boolean, isKnown: boolean) => {
      const ofAnna = scriptedVerifier({ isAsynchronous });
      const ofOthers = scriptedVerifier({ isAsynchronous });
      const refused = { rejected: 'The token is not valid.', reason: 'another issuer' };
      return new Authenticator(
        [
          {
            name: 'users',
            places: [{ in: 'bearer' }],
            verifier: {
              verify: (text) => (text.startsWith('anna') ? ofAnna.verify(text) : refused),
              known: (text) =>
                isKnown && text.startsWith('anna')
                  ? { issuer: 'i', subject: 'anna', scopes: new Set<string>(), expiresAt: 1 }
                  : undefined,
            },
          },
          {
            name: 'staff',
            places: [{ in: 'bearer' }],
            verifier: { verify: (text) => (text.startsWith('anna') ? refused : ofOthers.verify(text)) },
          },
        ],
        limits(),
      );
    };

    it.each([false, true])(
      'A token that one of them accepts is no failed attempt (later: %s)',
      async (later) => {
        const authenticator = twoSchemes(later, false);
        for (let count = 0; count < 20; count++)
          for (const token of ['anna', 'bert']) {
            const { caller } = await authenticator.authenticate(bearer(token), context());
            expect(caller?.subject).toBe(token);
          }
      },
    );

    it('A token that neither accepts is one failed attempt', async () => {
      const authenticator = twoSchemes(false, false);
      await authenticator.authenticate(bearer('bad'), context());
      expect(() => authenticator.authenticate(bearer('bad'), context())).toThrow(
        'Too many credentials from this address were not valid.',
      );
    });

    it('A token that one of them knows is accepted after too many failed attempts', async () => {
      const authenticator = twoSchemes(false, true);
      await authenticator.authenticate(bearer('bad'), context());
      expect(() => authenticator.authenticate(bearer('carl'), context())).toThrow('Too many credentials');
      const { caller } = await authenticator.authenticate(bearer('anna'), context());
      expect(caller?.subject).toBe('anna');
    });

    it('The caller of a token is the same object for each request', async () => {
      const identity = { issuer: 'i', subject: 'anna', scopes: new Set<string>(), expiresAt: 1 };
      const refused = { rejected: 'no', reason: 'no' };
      const authenticator = new Authenticator([
        { name: 'users', places: [{ in: 'bearer' }], verifier: { verify: () => identity } },
        { name: 'staff', places: [{ in: 'bearer' }], verifier: { verify: () => refused } },
      ]);
      const first = await authenticator.authenticate(bearer('anna'), context());
      const second = await authenticator.authenticate(bearer('anna'), context());
      expect(second.caller).toBe(first.caller);
      expect([...second.faults.keys()]).toEqual(['staff']);
    });
  });

  it('The first scheme of the configuration names the caller, wherever its credentials are', async () => {
    const verifier = scriptedVerifier();
    const authenticator = new Authenticator([
      { name: 'a', places: [{ in: 'header', name: 'x-a' }], verifier },
      { name: 'b', places: [{ in: 'header', name: 'x-b' }], verifier },
      { name: 'c', places: [{ in: 'header', name: 'x-a' }], verifier },
    ]);
    const { caller } = await authenticator.authenticate(
      requestOf({ 'x-b': 'bert', 'x-a': 'anna' }),
      context(),
    );
    expect(caller?.subject).toBe('anna');
    expect([...(caller?.grants.keys() ?? [])]).toEqual(['a', 'b', 'c']);
  });
});
