/** Which claims and headers a token needs, and what the identity takes from them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../../src/config/policies/jwt-scheme.ts';
import type { JwtVerifier } from '../../../src/security/jwt/jwt-verifier.ts';
import type { Identity } from '../../../src/security/verifier.ts';
import { fakeTimeInEachTest, pass } from '../../support/fake-time.ts';
import {
  encode,
  makeKey,
  seconds,
  signText,
  signToken,
  startIssuer,
  type TestIssuer,
  verdictOf,
} from './issuer.ts';

fakeTimeInEachTest();

const rsa = makeKey('RS256', 'rsa');
const ec = makeKey('ES256', 'ec');
let one: TestIssuer;
let verifier: JwtVerifier;

beforeAll(async () => {
  one = await startIssuer(rsa, ec);
});
beforeEach(() => {
  verifier = one.verifier();
});
afterAll(() => one.stop());

const verify = async (more?: object, header?: object) => verifier.verify(one.token(more, header));

describe('An accepted token', () => {
  it('gives the identity with issuer, subject, client, scopes, end and claims', async () => {
    const token = one.token({ department: { id: 7 } });
    const identity = await verifier.verify(token);
    expect(identity).toEqual({
      issuer: one.issuer,
      subject: 'ada',
      client: 'shop',
      scopes: new Set(['orders.read', 'orders.write']),
      expiresAt: (seconds() + 600) * 1000 + 30_000,
      claims: one.claims({ department: { id: 7 } }),
    });
    const { claims = {} } = identity as { claims?: Record<string, object> };
    expect(Object.isFrozen(claims) && Object.isFrozen(claims.department)).toBe(true);
  });

  it('is accepted at once the second time, without another verification', async () => {
    const token = one.token();
    expect(verifier.known(token)).toBeUndefined();
    const first = await verifier.verify(token);
    expect(verifier.verify(token)).toBe(first);
    expect(verifier.known(token)).toBe(first);
    expect(verifier.statistics()).toMatchObject({ cached: 1, verifications: 1 });
  });

  it.each(JWT_ALGORITHMS)('may be signed with %s, where it is configured', async (algorithm) => {
    const key = makeKey(algorithm, `of ${algorithm}`);
    const other = await startIssuer(key);
    expect(verdictOf(await other.verifier({ algorithms: [algorithm] }).verify(other.token()))).toBe(
      'accepted',
    );
    const others = JWT_ALGORITHMS.filter((name) => name !== algorithm);
    const refusing = other.verifier({ algorithms: others });
    expect(await refusing.verify(other.token())).toMatchObject({ code: 'algorithm' });
    await other.stop();
  });
});

describe('Claims', () => {
  const now = () => seconds();
  const table: [string, () => object, string][] = [
    ['another issuer', () => ({ iss: 'https://evil.example' }), 'issuer'],
    ['the issuer with a slash', () => ({ iss: `${one.issuer}/` }), 'issuer'],
    ['the issuer in a list', () => ({ iss: [one.issuer] }), 'issuer'],
    ['no issuer', () => ({ iss: undefined }), 'issuer'],
    ['another audience', () => ({ aud: 'payments' }), 'audience'],
    ['an audience that only begins alike', () => ({ aud: 'orders2' }), 'audience'],
    ['no audience', () => ({ aud: undefined }), 'audience'],
    ['an empty list of audiences', () => ({ aud: [] }), 'audience'],
    ['an audience that is an object', () => ({ aud: { orders: true } }), 'audience'],
    ['a list with something else', () => ({ aud: ['orders', 7] }), 'audience'],
    ['no expiry', () => ({ exp: undefined }), 'claims'],
    ['an expiry as text', () => ({ exp: `${now() + 600}` }), 'claims'],
    ['a negative expiry', () => ({ exp: -1 }), 'claims'],
    ['an endless expiry', () => ({ exp: 1e300 }), 'claims'],
    ['an expiry in the past', () => ({ exp: now() - 30 }), 'expired'],
    ['a start in the future', () => ({ nbf: now() + 31 }), 'future'],
    ['a start as text', () => ({ nbf: 'now' }), 'claims'],
    ['an issue in the future', () => ({ iat: now() + 31 }), 'future'],
    ['an issue as null', () => ({ iat: null }), 'claims'],
    ['no subject', () => ({ sub: undefined }), 'claims'],
    ['an empty subject', () => ({ sub: '' }), 'claims'],
    ['a subject that is a number', () => ({ sub: 7 }), 'claims'],
    ['scopes that are an object', () => ({ scope: {} }), 'claims'],
    ['scopes that are numbers', () => ({ scope: [1] }), 'claims'],
    ['a client that is a list', () => ({ client_id: ['shop'] }), 'claims'],
  ];

  it.each(table)('A token with %s is refused', async (_, claims, code) => {
    expect(await verify(claims())).toMatchObject({ rejected: expect.any(String), code });
    expect(verifier.statistics()).toMatchObject({ refusals: { [code]: 1 }, cached: 0 });
  });

  it.each<[string, () => object]>([
    ['one of several audiences', () => ({ aud: ['payments', 'orders'] })],
    ['an expiry within the skew', () => ({ exp: now() - 29 })],
    ['a start within the skew', () => ({ nbf: now() + 30 })],
    ['an issue within the skew', () => ({ iat: now() + 30 })],
    ['no issue and no start', () => ({ iat: undefined, nbf: undefined })],
    ['times with fractions', () => ({ exp: now() + 0.5, iat: now() - 0.5 })],
  ])('A token with %s is accepted', async (_, claims) => {
    expect(verdictOf(await verify(claims()))).toBe('accepted');
  });

  it('The skew moves times, and no other check', async () => {
    verifier = one.verifier({ skew: 0 });
    expect(verdictOf(await verify())).toBe('accepted');
    expect(await verify({ exp: seconds() })).toMatchObject({ code: 'expired' });
    expect(await verify({ iat: seconds() + 1 })).toMatchObject({ code: 'future' });
    verifier = one.verifier({ skew: '5m' });
    expect(verdictOf(await verify({ exp: seconds() - 299 }))).toBe('accepted');
    expect(await verify({ iss: 'https://evil.example' })).toMatchObject({ code: 'issuer' });
    expect(await verify({ aud: 'payments' })).toMatchObject({ code: 'audience' });
  });

  it('A cached token ends with its expiry and the skew', async () => {
    const exp = seconds() + 60;
    const token = one.token({ exp });
    expect(verdictOf(await verifier.verify(token))).toBe('accepted');
    pass(exp * 1000 + 30_000 - Date.now() - 1);
    expect(verdictOf(await verifier.verify(token))).toBe('accepted');
    pass(1);
    expect(await verifier.verify(token)).toMatchObject({ code: 'expired' });
  });

  it('A token from the future counts as such only with a valid signature', async () => {
    await verify();
    const token = one.token({ iat: seconds() + 90 });
    await verifier.verify(`${token.slice(0, -6)}AAAAAA`);
    expect(verifier.statistics().refusals).toEqual({ signature: 1 });
    await verifier.verify(token);
    expect(verifier.statistics().refusals).toEqual({ signature: 1, future: 1 });
  });

  it('Scopes are read from a list, from another claim, and by a JSON Pointer', async () => {
    const scopesOf = async (more: object) => ((await verify(more)) as Identity).scopes;
    expect(await scopesOf({ scope: ['a', 'b c'] })).toEqual(new Set(['a', 'b c']));
    expect(await scopesOf({ scope: ' a  b ' })).toEqual(new Set(['a', 'b']));
    expect(await scopesOf({ scope: undefined })).toEqual(new Set());
    verifier = one.verifier({ scopes: 'scp' });
    expect(await scopesOf({ scp: ['a'] })).toEqual(new Set(['a']));
    verifier = one.verifier({ scopes: '/realm_access/roles' });
    expect(await scopesOf({ realm_access: { roles: ['admin'] } })).toEqual(new Set(['admin']));
    expect(await scopesOf({ realm_access: 'admin' })).toEqual(new Set());
    verifier = one.verifier({ scopes: 'constructor' });
    expect(await scopesOf({})).toEqual(new Set());
  });

  it('Another claim than aud can be required, for issuers without aud', async () => {
    verifier = one.verifier({ audience: { claim: 'client_id', values: ['shop'] } });
    expect(verdictOf(await verify({ aud: undefined }))).toBe('accepted');
    expect(await verify({ client_id: 'other' })).toMatchObject({ code: 'audience' });
    expect(await verify({ client_id: undefined })).toMatchObject({ code: 'audience' });
  });

  it('Subject and client are read from the configured claims', async () => {
    expect(await verify({ client_id: undefined, azp: 'app' })).toMatchObject({ client: 'app' });
    expect(await verify({ client_id: undefined })).toMatchObject({ client: undefined });
    verifier = one.verifier({ subject: 'oid', client: 'appid' });
    expect(await verify({ oid: 'bob', appid: 'app' })).toMatchObject({ subject: 'bob', client: 'app' });
    expect(await verify()).toMatchObject({ code: 'claims' });
  });
});

describe('Headers', () => {
  it.each<[string, object, string]>([
    ['the type of an ID token', { typ: 'JWT' }, 'type'],
    ['no type', { typ: undefined }, 'type'],
    ['a type that says none', { typ: 'none' }, 'type'],
    ['a type that is a list', { typ: ['at+jwt'] }, 'type'],
    ['an extension', { crit: ['exp'], exp: 1 }, 'malformed'],
    ['an empty list of extensions', { crit: [] }, 'malformed'],
    ['an unencoded payload', { b64: false }, 'malformed'],
    ['no algorithm', { alg: undefined }, 'algorithm'],
    ['the algorithm none', { alg: 'none' }, 'algorithm'],
    ['the algorithm NONE', { alg: 'NONE' }, 'algorithm'],
    ['a shared secret', { alg: 'HS256' }, 'algorithm'],
    ['an algorithm in lower case', { alg: 'rs256' }, 'algorithm'],
    ['an algorithm that is a member of every object', { alg: 'constructor' }, 'algorithm'],
    ['an algorithm in a list', { alg: ['RS256'] }, 'algorithm'],
    ['an algorithm that its key does not allow', { alg: 'PS256' }, 'key'],
    ['an algorithm of another type of key', { alg: 'ES256' }, 'key'],
    ['the id of another key', { kid: 'ec' }, 'key'],
    ['a key id that is a number', { kid: 7 }, 'malformed'],
    ['a very long key id', { kid: 'x'.repeat(513) }, 'malformed'],
  ])('A token with %s is refused', async (_, header, code) => {
    expect(await verify({}, header)).toMatchObject({ rejected: expect.any(String), code });
  });

  it.each(['AT+JWT', 'application/at+jwt', 'Application/AT+jwt'])(
    'A type may be written as %s',
    async (typ) => {
      expect(verdictOf(await verify({}, { typ }))).toBe('accepted');
    },
  );

  it('Other types can be accepted, also tokens without a type', async () => {
    verifier = one.verifier({ typ: ['JWT', 'none'] });
    expect(verdictOf(await verify({}, { typ: 'jwt' }))).toBe('accepted');
    expect(verdictOf(await verify({}, { typ: undefined }))).toBe('accepted');
    expect(await verify({}, { typ: 'at+jwt' })).toMatchObject({ code: 'type' });
  });

  it('Keys in the header are never used', async () => {
    const own = makeKey('RS256', 'own');
    const header = { jwk: own.jwk, jku: `${one.issuer}/own`, x5u: `${one.issuer}/own`, x5c: ['AAAA'] };
    const forged = signToken({ ...own, kid: 'rsa' }, one.claims(), header);
    expect(await verifier.verify(forged)).toMatchObject({ code: 'signature' });
    expect(one.server.requests.every(({ url }) => url === '/jwks')).toBe(true);
    expect(verdictOf(await verify({}, header))).toBe('accepted');
  });

  it('A token without a key id is accepted where one key fits, and refused where two fit', async () => {
    expect(verdictOf(await verify({}, { kid: undefined }))).toBe('accepted');
    const other = await startIssuer(rsa, makeKey('RS256', 'second'));
    expect(await other.verifier().verify(other.token({}, { kid: undefined }))).toMatchObject({ code: 'key' });
    await other.stop();
  });

  it('The public key is no shared secret', async () => {
    const { createHmac } = await import('node:crypto');
    for (const secret of [
      rsa.publicKey.export({ type: 'spki', format: 'pem' }),
      rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }),
      JSON.stringify(rsa.jwk),
    ]) {
      const signed = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'rsa' })}.${encode(one.claims())}`;
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await verifier.verify(`${signed}.${mac}`)).toMatchObject({ code: 'algorithm' });
    }
  });
});

describe('The text of a token', () => {
  const variants: [string, (token: string) => string][] = [
    ['a space before it', (token) => ` ${token}`],
    ['a line break after it', (token) => `${token}\n`],
    ['padding', (token) => `${token}==`],
    ['a dot more', (token) => `${token}.`],
    ['a space within', (token) => token.replace('.', ' .')],
    ['no signature', (token) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['more than 8 KB', (token) => `${token}${'A'.repeat(8192)}`],
    ['characters of plain base64', (token) => `${token.slice(0, -2)}+/`],
  ];

  it.each(variants)('A token with %s is refused as malformed', async (_, change) => {
    expect(await verifier.verify(change(one.token()))).toMatchObject({ code: 'malformed' });
  });

  it('Bits of the last character that stand for nothing have to be zero', async () => {
    const token = one.token({}, {}, ec);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const others = [...alphabet].map((last) => token.slice(0, -1) + last).filter((text) => text !== token);
    const bytes = (text: string) => Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url');
    const same = others.filter((text) => bytes(text).equals(bytes(token)));
    expect(same).toHaveLength(15);
    for (const text of same) expect(await verifier.verify(text)).toMatchObject({ code: 'malformed' });
  });

  it.each([
    ['a header with a duplicate member', '{"alg":"RS256","alg":"RS256","kid":"rsa","typ":"at+jwt"}', '{}'],
    ['claims with a duplicate member', undefined, '{"sub":"ada","sub":"eve"}'],
    ['claims that are a list', undefined, '[]'],
    ['claims that are text', undefined, '"ada"'],
    ['claims that are null', undefined, 'null'],
    ['claims that are nested too deeply', undefined, `{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['claims that are not JSON', undefined, '{'],
    ['a byte order mark', undefined, '\uFEFF{}'],
  ])('A signed token with %s is refused as malformed', async (_, header, claims) => {
    const head = header ?? JSON.stringify({ alg: 'RS256', kid: 'rsa', typ: 'at+jwt' });
    const signed = [head, claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
    expect(await verifier.verify(signText(signed, rsa))).toMatchObject({ code: 'malformed' });
  });

  it('Claims that are not UTF-8 are refused as malformed', async () => {
    const claims = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url');
    const signed = `${encode({ alg: 'RS256', kid: 'rsa', typ: 'at+jwt' })}.${claims}`;
    expect(await verifier.verify(signText(signed, rsa))).toMatchObject({ code: 'malformed' });
  });

  it('No reason contains a part of the token that could be used', async () => {
    for (const algorithm of ['RS256', 'HS256'] as JwtAlgorithm[]) {
      const token = one.token({ aud: 'x'.repeat(500), iss: `${one.issuer}\n` }, { alg: algorithm });
      const refused = (await verifier.verify(token)) as { reason: string; rejected: string };
      expect(refused.reason).not.toContain('\n');
      expect(refused.reason.length).toBeLessThan(160);
      for (const part of token.split('.')) expect(JSON.stringify(refused)).not.toContain(part);
    }
  });
});
