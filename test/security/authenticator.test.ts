import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { RequestContext } from '../../src/http/context.ts';
import { Authenticator } from '../../src/security/authenticator.ts';
import type { CredentialSource } from '../../src/security/credentials.ts';
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
});
