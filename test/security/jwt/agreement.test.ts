/**
 * Tokens that are changed in random ways have the same verdict from three other libraries: jose, fast-jwt and
 * jsonwebtoken. Where one of them differs, a rule of ours names why. All are configured alike: one algorithm, issuer,
 * audience, skew.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import type { JwtAlgorithm } from '../../../src/config/policies/jwt-scheme.ts';
import type { JwtVerifier } from '../../../src/security/jwt/jwt-verifier.ts';
import {
  encode,
  type IssuerKey,
  makeKey,
  seconds,
  signText,
  startIssuer,
  type TestIssuer,
} from './issuer.ts';

const RUNS = 200;
const SKEW = 30;
const AUDIENCE = 'orders';

type Header = Readonly<Record<string, unknown>>;

interface Changed {
  readonly header: Header;
  readonly claims: Header;
  /** Changes the text after it was signed. */
  readonly alter: (token: string) => string;
}

type Change = (one: Changed) => Changed;

const inHeader =
  (more: object): Change =>
  (one) => ({ ...one, header: { ...one.header, ...more } });
const inClaims =
  (more: object): Change =>
  (one) => ({ ...one, claims: { ...one.claims, ...more } });
const inText =
  (alter: (token: string) => string): Change =>
  (one) => ({
    ...one,
    alter: (token) => alter(one.alter(token)),
  });

const BASE64URL = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
const position = fc.nat();
const put = (token: string, at: number, text: string, removed: number) => {
  const index = at % token.length;
  return token.slice(0, index) + text + token.slice(index + removed);
};

/** Changes that make no token valid for one library and invalid for another, as far as the rules below do not say so. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(position, fc.constantFrom(...BASE64URL))
    .map(([at, to]) => inText((token) => put(token, at, to, 1))),
  position.map((at) => inText((token) => put(token, at, '', 1))),
  fc
    .tuple(position, fc.constantFrom('.', '=', ' ', '\n', '+', '/', 'é', '?', 'A'))
    .map(([at, more]) => inText((token) => put(token, at, more, 0))),
  fc
    .constantFrom(
      'none',
      'None',
      'HS256',
      'HS512',
      'RS256',
      'RS384',
      'PS256',
      'ES256',
      'ES512',
      'EdDSA',
      '',
      7,
      null,
    )
    .map((alg) => inHeader({ alg })),
  fc.constantFrom('other', '', '../../dev/null', "' or 1=1", undefined).map((kid) => inHeader({ kid })),
  fc.constantFrom('JWT', 'jwt', 'dpop+jwt', undefined, '').map((typ) => inHeader({ typ })),
  fc
    .constantFrom<unknown>(['exp'], ['b64'], [], 'exp', null, ['unknown'])
    .map((crit) => inHeader({ crit, unknown: 1 })),
  fc
    .constantFrom('jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'zip', 'cty')
    .map((name) => inHeader({ [name]: name === 'jwk' ? forger.jwk : 'https://evil.example/keys' })),
  fc
    .constantFrom('iss', 'aud', 'exp', 'nbf', 'iat', 'sub', 'jti')
    .map((name) => inClaims({ [name]: undefined })),
  fc
    .constantFrom<object>(
      { iss: 'https://evil.example' },
      { aud: 'payments' },
      { aud: ['payments', AUDIENCE] },
      { aud: [] },
      { exp: 0 },
      { exp: -3600 },
      { exp: 'never' },
      { exp: null },
      { nbf: -3600 },
      { nbf: 3600 },
      { nbf: 'soon' },
      { iat: 3600 },
      { iat: 'now' },
      { admin: true },
      { ['__proto__']: { admin: true } },
      { sub: 7 },
    )
    .map((claims) => inClaims(relative(claims))),
);

/** Numbers of times are seconds from now. */
const relative = (claims: object): object =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      typeof value === 'number' && name !== 'sub' ? seconds() + value : value,
    ]),
  );

const forger = makeKey('RS256', 'forger');

/** What other libraries accept and we refuse: our reason, its rule, and the libraries. */
const STRICTER: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/three parts of|canonical/, 'A token has one text', ['jose', 'fast-jwt', 'jsonwebtoken']],
  [/there is no subject/, 'A subject is required', ['jose', 'fast-jwt', 'jsonwebtoken']],
  [/in the future/, 'A time of issue shows wrong clocks', ['jose', 'fast-jwt', 'jsonwebtoken']],
  [/issuer has no key/, 'The key is that of the key id', ['jose', 'fast-jwt', 'jsonwebtoken']],
  [/the type .* is not accepted/, 'A type is required', ['fast-jwt', 'jsonwebtoken']],
  [/extension that is not supported/, 'Extensions are refused', ['fast-jwt', 'jsonwebtoken']],
  [/missing or not a number/, 'Times are numbers, and an expiry is required', ['fast-jwt', 'jsonwebtoken']],
];

const accepts = async (verify: () => unknown): Promise<boolean> => {
  try {
    await verify();
    return true;
  } catch {
    return false;
  }
};

describe.each<JwtAlgorithm>(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])(
  'Of 200 changed tokens with %s',
  (name) => {
    const key = makeKey(name, 'good');
    let one: TestIssuer;
    let verifier: JwtVerifier;

    beforeAll(async () => {
      one = await startIssuer(key);
      verifier = one.verifier({ algorithms: [name] });
    });
    afterAll(() => one.stop());

    const others = (issuer: string): Readonly<Record<string, (token: string) => unknown>> => {
      const pem = key.publicKey.export({ type: 'spki', format: 'pem' }) as string;
      const fast = createVerifier({
        key: pem,
        algorithms: [name as 'RS256'],
        allowedIss: issuer,
        allowedAud: AUDIENCE,
        clockTolerance: SKEW * 1000,
        requiredClaims: ['iss', 'aud', 'exp'],
      });
      const jsonOptions = { algorithms: [name as 'RS256'], issuer, audience: AUDIENCE, clockTolerance: SKEW };
      return {
        jose: (token) =>
          jwtVerify(token, key.publicKey, {
            algorithms: [name],
            issuer,
            audience: AUDIENCE,
            clockTolerance: SKEW,
            typ: 'at+jwt',
            requiredClaims: ['exp'],
          }),
        'fast-jwt': (token) => fast(token),
        // It has no EdDSA.
        ...(name !== 'EdDSA' && { jsonwebtoken: (token) => jsonwebtoken.verify(token, pem, jsonOptions) }),
      };
    };

    it('none is accepted that another library refuses, and each that only others accept has a reason', async () => {
      const verifiers = others(one.issuer);
      const seen = { accepted: 0, refused: 0 };
      const run = async (changes: readonly Change[]) => {
        const start: Changed = {
          header: { alg: name, kid: key.kid, typ: 'at+jwt' },
          claims: one.claims({ jti: '1', nbf: seconds() }),
          alter: (token) => token,
        };
        const { header, claims, alter } = changes.reduce((at, apply) => apply(at), start);
        const token = alter(signText(`${encode(header)}.${encode(claims)}`, key as IssuerKey));
        const ours = await verifier.verify(token);
        const isAccepted = 'subject' in ours;
        seen[isAccepted ? 'accepted' : 'refused'] += 1;
        for (const [library, verify] of Object.entries(verifiers)) {
          const isAcceptedThere = await accepts(() => verify(token));
          if (isAccepted === isAcceptedThere) continue;
          expect([library, isAccepted, token, ours]).toEqual([library, false, token, expect.anything()]);
          const reason = 'reason' in ours ? ours.reason : '';
          const isExplained = STRICTER.some(
            ([pattern, , names]) => pattern.test(reason) && names.includes(library),
          );
          expect([library, reason, token, isExplained]).toEqual([library, reason, token, true]);
        }
      };
      await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 0, maxLength: 2 }), run), {
        numRuns: RUNS,
      });
      // Otherwise the tokens would show nothing.
      expect(seen.accepted).toBeGreaterThan(RUNS / 20);
      expect(seen.refused).toBeGreaterThan(RUNS / 5);
    });
  },
);
