/** The signed internal token: a round trip keeps the caller, and every change is refused. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import type { Caller } from '../../src/contract/caller.ts';
import {
  internalTokenKey,
  type SignOptions,
  signInternalToken,
  type VerifyOptions,
  verifyInternalToken,
} from '../../src/security/internal-token.ts';
import { fakeTimeInEachTest, pass } from '../support/fake-time.ts';

fakeTimeInEachTest();

const SECRET = 'a secret that has thirty-two bytes';
const key = internalTokenKey(SECRET);
const caller: Caller = {
  id: 'c4ll3r',
  issuer: 'https://idp.example',
  subject: 'ada',
  client: 'shop',
  grants: new Map([
    ['oauth', new Set(['orders.read', 'orders.write'])],
    ['key', new Set()],
  ]),
  expiresAt: Number.POSITIVE_INFINITY,
  claims: { department: 7, email: 'ada@example.com' },
};

const sign = (more: Partial<SignOptions> = {}, who = caller) =>
  signInternalToken(who, { key, audience: 'orders', ...more });
const verify = (token: string, more: Partial<VerifyOptions> = {}) =>
  verifyInternalToken(token, { keys: [key], audience: 'orders', method: 'GET', ...more });
const reasonOf = (result: object) => ('reason' in result ? result.reason : undefined);

/** A token with any header and payload, signed with the right secret. */
function made(payload: object, header: object = { alg: 'HS256', typ: 'linkway-caller+jwt' }): string {
  const parts = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const mac = createHmac('sha256', SECRET).update(parts.join('.')).digest('base64url');
  return [...parts, mac].join('.');
}

const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

const anyText = fc.string({ unit: 'binary', maxLength: 30 });
const name = fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', 'toString', ''));
const anyCaller: fc.Arbitrary<Caller> = fc.record({
  id: anyText,
  issuer: anyText,
  subject: anyText,
  client: fc.option(anyText, { nil: undefined }),
  grants: fc
    .array(fc.tuple(name, fc.array(anyText, { maxLength: 5 })), { maxLength: 4 })
    .map((entries) => new Map(entries.map(([scheme, scopes]) => [scheme, new Set(scopes)]))),
  expiresAt: fc.oneof(
    fc.constant(Number.POSITIVE_INFINITY),
    fc.integer({ min: 1, max: 10 ** 9 }).map((left) => Date.now() + left),
  ),
  claims: fc
    .array(fc.tuple(name, fc.jsonValue({ noUnicodeString: false })), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
});

/** JSON has no -0. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('An internal token', () => {
  it('keeps any caller through signing and verification', () => {
    fc.assert(
      fc.property(anyCaller, (who) => {
        const token = sign({ claims: Object.keys(who.claims) }, who);
        const result = verify(token) as Caller;
        expect(result).toEqual({ ...who, claims: asJson(who.claims) });
        expect(Object.keys(result.claims).toSorted()).toEqual(Object.keys(who.claims).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('is refused after any change of its text', () => {
    const token = sign();
    for (let at = 0; at < token.length; at++) {
      for (const to of ['A', 'B', '.', '=', '']) {
        const changed = token.slice(0, at) + to + token.slice(at + 1);
        if (changed !== token)
          expect([changed, verify(changed)]).toEqual([
            changed,
            expect.objectContaining({ rejected: expect.any(String) }),
          ]);
      }
    }
    for (const changed of [`${token}A`, ` ${token}`, `${token}.`, token.slice(0, -1), `${token}\n`])
      expect(verify(changed)).toHaveProperty('rejected');
  });

  it('is refused for any text, without an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.array(anyText).map((parts) => parts.join('.')),
        ),
        (text) => {
          expect(verify(text)).toHaveProperty('rejected');
        },
      ),
    );
  });

  it('is a JSON Web Token that jose verifies as well', async () => {
    const { payload, protectedHeader } = await jwtVerify(sign(), Buffer.from(SECRET), {
      algorithms: ['HS256'],
      issuer: 'linkway',
      audience: 'orders',
      subject: 'ada',
      typ: 'linkway-caller+jwt',
      currentDate: new Date(),
    });
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'linkway-caller+jwt' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeCloseTo(30);
  });

  it.each([
    { alg: 'none', typ: 'linkway-caller+jwt' },
    { alg: 'HS512', typ: 'linkway-caller+jwt' },
    { alg: 'RS256', typ: 'linkway-caller+jwt' },
    { alg: 'HS256', typ: 'at+jwt' },
    { alg: 'HS256' },
    { alg: 'HS256', typ: 'linkway-caller+jwt', kid: '1' },
    { typ: 'linkway-caller+jwt', alg: 'HS256' },
  ])('with another header is refused, even with the right signature: %j', (header) => {
    const payload = payloadOf(sign());
    expect(verify(made(payload))).toHaveProperty('subject', 'ada');
    expect(reasonOf(verify(made(payload, header)))).toMatch(/malformed/);
  });

  it.each<[string, object]>([
    ['another issuer', { iss: 'evil' }],
    ['no expiry', { exp: undefined }],
    ['an expiry as text', { exp: 'never' }],
    ['no time of issue', { iat: undefined }],
    ['no subject', { sub: undefined }],
    ['grants that are an object', { grants: { oauth: ['admin'] } }],
    ['scopes that are numbers', { grants: [['oauth', [1]]] }],
    ['an audience that is a list', { aud: ['orders'] }],
    ['an unknown claim', { admin: true }],
    ['claims that are an object', { claims: {} }],
  ])('with %s is refused, even with the right signature', (_, more) => {
    expect(reasonOf(verify(made({ ...payloadOf(sign()), ...more })))).toMatch(/claims are not those/);
  });

  it('is for one service', () => {
    expect(reasonOf(verify(sign(), { audience: 'payments' }))).toMatch(/another service/);
    expect(reasonOf(verify(sign({ audience: 'order' })))).toMatch(/another service/);
  });

  it('is for one method, where it names one', () => {
    expect(verify(sign({ method: 'POST' }), { method: 'POST' })).toHaveProperty('subject');
    expect(reasonOf(verify(sign({ method: 'GET' }), { method: 'DELETE' }))).toMatch(/another method/);
    expect(verify(sign(), { method: 'DELETE' })).toHaveProperty('subject');
  });

  it('ends after 30 seconds and the skew, and not before', () => {
    const token = sign();
    pass(34_999);
    expect(verify(token)).toHaveProperty('subject');
    pass(1);
    expect(reasonOf(verify(token))).toMatch(/has expired/);
    expect(reasonOf(verify(token, { skew: 5_001 }))).toBeUndefined();
  });

  it('ends with the credentials of the client', () => {
    const token = sign({}, { ...caller, expiresAt: Date.now() + 1_000 });
    pass(5_999);
    expect(verify(token)).toHaveProperty('subject');
    pass(1);
    expect(reasonOf(verify(token))).toMatch(/has expired/);
  });

  it('from the future is refused beyond the skew', () => {
    const payload = payloadOf(sign());
    const ahead = (by: number) => made({ ...payload, iat: payload.iat + by, exp: payload.exp + by });
    expect(verify(ahead(4))).toHaveProperty('subject');
    expect(reasonOf(verify(ahead(6)))).toMatch(/in the future/);
  });

  it('has only the claims that are asked for', () => {
    expect(verify(sign())).toMatchObject({ claims: {} });
    expect(verify(sign({ claims: ['email', 'missing', 'toString'] }))).toMatchObject({
      claims: { email: 'ada@example.com' },
    });
    expect(sign()).not.toContain(Buffer.from('email').toString('base64url').slice(0, 6));
  });

  it('is never longer than a header can be', () => {
    const large = { ...caller, claims: { note: 'x'.repeat(12_000) } };
    expect(() => sign({ claims: ['note'] }, large)).toThrow(RangeError);
    expect(verify(sign({}, large))).toHaveProperty('subject');
    expect(verify('x'.repeat(20_000))).toHaveProperty('rejected');
  });
});

describe('The secret', () => {
  const former = internalTokenKey('another secret of thirty-two bytes');

  it('needs 32 bytes, and is not told', () => {
    for (const short of ['', 'short secret', 'x'.repeat(31), Buffer.alloc(31)])
      expect(() => internalTokenKey(short)).toThrow(
        /^the secret of internal tokens needs at least 32 bytes$/,
      );
    expect(internalTokenKey('é'.repeat(16))).toBeDefined();
    expect(JSON.stringify(key)).not.toContain(SECRET);
  });

  it('may be replaced while services accept both', () => {
    const old = sign({ key: former });
    expect(verify(old)).toHaveProperty('rejected');
    expect(verify(old, { keys: [key, former] })).toHaveProperty('subject');
    expect(verify(sign(), { keys: [key, former] })).toHaveProperty('subject');
    expect(verify(sign(), { keys: [] })).toHaveProperty('rejected');
  });
});
