/** Which JSON Web Keys are used, and with which algorithms. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { importJWK } from 'jose';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../../src/config/policies/jwt-scheme.ts';
import { isRocaModulus } from '../../../src/security/jwt/roca.ts';
import { readKey, VerificationKey } from '../../../src/security/jwt/verification-key.ts';
import { makeKey } from './issuer.ts';

const rules = { algorithms: JWT_ALGORITHMS, maxRsaBits: 4096 };
const KEYS = Object.fromEntries(
  (['RS256', 'ES256', 'ES384', 'ES512', 'Ed25519'] as const).map((name) => [name, makeKey(name, name)]),
);
const jwkOf = (name: string): Record<string, unknown> => ({ ...KEYS[name]?.jwk });
const algorithmsOf = (jwk: Record<string, unknown>): readonly JwtAlgorithm[] => {
  const key = readKey(jwk, rules);
  return key instanceof VerificationKey ? JWT_ALGORITHMS.filter((name) => key.fits(name)) : [];
};
const refusalOf = (jwk: Record<string, unknown>, more: object = {}): unknown => {
  const key = readKey(jwk, { ...rules, ...more });
  return 'refused' in key ? key.refused : undefined;
};

describe('A key', () => {
  it.each<[string, readonly JwtAlgorithm[]]>([
    ['RS256', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['ES256', ['ES256']],
    ['ES384', ['ES384']],
    ['ES512', ['ES512']],
    ['Ed25519', ['EdDSA', 'Ed25519']],
  ])('without alg is used for all algorithms of its type and curve: %s', (name, expected) => {
    const { alg: _, ...jwk } = jwkOf(name);
    expect(algorithmsOf(jwk)).toEqual(expected);
  });

  it('with alg is used for this algorithm only, and EdDSA and Ed25519 are the same', () => {
    expect(algorithmsOf({ ...jwkOf('RS256'), alg: 'PS384' })).toEqual(['PS384']);
    for (const alg of ['EdDSA', 'Ed25519'])
      expect(algorithmsOf({ ...jwkOf('Ed25519'), alg })).toEqual(['EdDSA', 'Ed25519']);
  });

  it('is used only for algorithms that are configured', () => {
    expect(refusalOf(jwkOf('ES384'), { algorithms: ['RS256', 'ES256'] })).toMatch(/accepted/);
    expect(refusalOf(jwkOf('ES256'), { algorithms: ['RS256', 'ES256'] })).toBeUndefined();
  });

  it.each<[string, string, object]>([
    ['for encryption', 'RS256', { use: 'enc' }],
    ['for another operation', 'RS256', { key_ops: ['encrypt'] }],
    ['with operations that are no list', 'RS256', { key_ops: 'verify' }],
    ['with an encryption algorithm', 'RS256', { alg: 'RSA-OAEP' }],
    ['with the algorithm of another type', 'RS256', { alg: 'ES256' }],
    ['with the algorithm none', 'RS256', { alg: 'none' }],
    ['with a shared secret', 'RS256', { kty: 'oct', k: 'AAAA' }],
    ['with a private part', 'RS256', { d: 'AAAA' }],
    ['with another curve', 'ES256', { crv: 'P-384', alg: undefined }],
    ['with an unknown curve', 'ES256', { crv: 'secp256k1' }],
    ['with an unknown type', 'ES256', { kty: 'XX' }],
    ['with a type of every object', 'ES256', { kty: 'constructor' }],
    ['with an id that is a number', 'ES256', { kid: 7 }],
    ['with a point that is not on the curve', 'ES256', { y: Buffer.alloc(32, 7).toString('base64url') }],
    ['with a short coordinate', 'ES256', { x: 'AAAA' }],
    ['without a coordinate', 'ES256', { y: undefined }],
    ['with padding', 'Ed25519', { x: `${KEYS.Ed25519?.jwk.x}=` }],
    ['for key agreement', 'Ed25519', { crv: 'X25519' }],
    ['without a modulus', 'RS256', { n: '' }],
    ['with a modulus that is a number', 'RS256', { n: 7 }],
    ['with an exponent of 1', 'RS256', { e: 'AQ' }],
    ['with an exponent of 3', 'RS256', { e: 'Aw' }],
    ['with an even exponent', 'RS256', { e: 'AQAC' }],
    ['with a very long exponent', 'RS256', { e: Buffer.alloc(9, 1).toString('base64url') }],
  ])('%s is refused', (_, name, change) => {
    expect(refusalOf({ ...jwkOf(name), ...change })).toEqual(expect.any(String));
  });

  it('of RSA needs 2048 bits, and more than 4096 where it is configured', () => {
    const jwk = (modulusLength: number) =>
      generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });
    expect(refusalOf(jwk(2040))).toBe('it has fewer than 2048 bits');
    expect(refusalOf(jwk(2048))).toBeUndefined();
    expect(refusalOf(jwk(2056), { maxRsaBits: 2048 })).toBe('it has more than 2048 bits');
    expect(refusalOf(jwk(2056), { maxRsaBits: 2056 })).toBeUndefined();
  });

  it('of RSA is not counted longer by zeros in front', () => {
    const { n } = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    for (const zeros of [1, 128, 129, 1000]) {
      const padded = Buffer.concat([Buffer.alloc(zeros), Buffer.from(`${n}`, 'base64url')]);
      const jwk = { kty: 'RSA', n: padded.toString('base64url'), e: 'AQAB' };
      expect([zeros, refusalOf(jwk)]).toEqual([zeros, 'it has fewer than 2048 bits']);
    }
  });

  it('that is used here can be imported by jose as well', async () => {
    for (const [name, { jwk }] of Object.entries(KEYS))
      expect(await importJWK({ ...jwk }, name)).toMatchObject({ type: 'public' });
  });

  it('of any JSON never throws', () => {
    const member = fc.constantFrom('kty', 'crv', 'x', 'y', 'n', 'e', 'alg', 'use', 'key_ops', 'kid');
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('RSA', 'EC', 'OKP', 'P-256', 'Ed25519', 'sig', ...Object.values(jwkOf('RS256'))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(KEYS)), member, value, (name, key, changed) => {
        expect(() => readKey({ ...jwkOf(name), [key]: changed }, rules)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

describe('A modulus of the broken generator', () => {
  it('is recognized by its form, and random ones are not', () => {
    const primes = [
      11n,
      13n,
      17n,
      19n,
      37n,
      53n,
      61n,
      71n,
      73n,
      79n,
      97n,
      103n,
      107n,
      109n,
      127n,
      151n,
      157n,
    ];
    const product = primes.reduce((all, prime) => all * prime, 1n);
    const bufferOf = (value: bigint) => Buffer.from(value.toString(16).padStart(256, '0'), 'hex');
    const random = fc.bigInt({ min: 2n ** 200n, max: 2n ** 220n });
    fc.assert(
      fc.property(random, fc.integer({ min: 0, max: 60 }), (factor, power) => {
        expect(isRocaModulus(bufferOf(factor * product + 65_537n ** BigInt(power)))).toBe(true);
        expect(isRocaModulus(bufferOf(factor * product + 65_537n ** BigInt(power) * 2n))).toBe(false);
      }),
    );
  });
});
