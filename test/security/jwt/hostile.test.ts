/** Hostile credentials: the verifier never throws, never rejects, and accepts nothing that the issuer did not sign. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_TOKEN_LENGTH } from '../../../src/security/jwt/compact-jws.ts';
import type { JwtVerifier } from '../../../src/security/jwt/jwt-verifier.ts';
import { encode, type IssuerKey, makeKey, signText, startIssuer, type TestIssuer } from './issuer.ts';

/** `FUZZ_RUNS=100000` makes about a minute of it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1_000);

const key: IssuerKey = makeKey('ES256', 'good');
let one: TestIssuer;
let verifier: JwtVerifier;

beforeAll(async () => {
  one = await startIssuer(key);
  verifier = one.verifier();
  await verifier.verify(one.token());
});
afterAll(() => one.stop());

const base64url = fc.string({ unit: fc.constantFrom(...'AQgwZz09-_'), maxLength: 60 });
const json = fc.oneof(fc.jsonValue(), fc.json({ maxDepth: 40 })).map(encode);
const header = fc
  .record(
    {
      alg: fc.oneof(fc.constantFrom('ES256', 'none', 'HS256', 'RS256'), fc.jsonValue()),
      kid: fc.oneof(fc.constantFrom('good', 'other', '__proto__'), fc.string(), fc.jsonValue()),
      typ: fc.oneof(fc.constantFrom('at+jwt', 'JWT'), fc.jsonValue()),
      crit: fc.jsonValue(),
      jwk: fc.jsonValue(),
    },
    { requiredKeys: ['alg', 'typ'] },
  )
  .map(encode);
const part = fc.oneof(base64url, json, header, fc.string());
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
  fc.tuple(header, json, base64url).map((parts) => parts.join('.')),
  fc.constantFrom('', '.', '..', '...', '\0', 'a'.repeat(MAX_TOKEN_LENGTH + 1), 'é.é.é', '🔑.🔑.🔑'),
  fc.integer({ min: 1, max: 20_000 }).map((length) => 'A.'.repeat(length)),
);

it('Any text is refused without an exception, and its reason contains nothing of it', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (credentials) => {
      const verification = await verifier.verify(credentials);
      expect(verification).toEqual({
        rejected: expect.any(String),
        reason: expect.any(String),
        code: expect.any(String),
      });
      expect(verifier.known(credentials)).toBeUndefined();
      for (const secret of credentials.split('.').filter(({ length }) => length > 40))
        expect(JSON.stringify(verification)).not.toContain(secret);
    }),
    { numRuns: RUNS },
  );
});

it('Any claims that the issuer signs are accepted or refused without an exception', async () => {
  const claims = fc.dictionary(
    fc.constantFrom('iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'scope', 'client_id', 'azp', '__proto__', 'x'),
    fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom('orders', 'ada')),
  );
  await fc.assert(
    fc.asyncProperty(claims, fc.boolean(), async (more, isComplete) => {
      const payload = isComplete ? { ...one.claims(), ...more } : more;
      const signed = `${encode({ alg: 'ES256', kid: 'good', typ: 'at+jwt' })}.${encode(payload)}`;
      const verification = await verifier.verify(signText(signed, key));
      if ('subject' in verification)
        expect(verification).toMatchObject({ issuer: one.issuer, subject: expect.stringMatching(/./s) });
      else expect(verification).toHaveProperty('rejected');
    }),
    { numRuns: RUNS },
  );
});

it('No change of one character of a valid token is accepted', async () => {
  const token = one.token();
  await fc.assert(
    fc.asyncProperty(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), async (at, to) => {
      if (token[at] === to) return;
      const changed = token.slice(0, at) + to + token.slice(at + 1);
      expect(await verifier.verify(changed)).toHaveProperty('rejected');
    }),
    { numRuns: RUNS },
  );
});

it('What a storm of refused tokens leaves in memory is bounded', async () => {
  for (let n = 0; n < 2_000; n++) await verifier.verify(one.token({}, { kid: `random ${n}` }));
  expect(verifier.statistics().cached).toBeLessThan(RUNS + 10);
  expect(one.fetches()).toBeLessThanOrEqual(2);
});
