import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Caller } from '../../../src/contract/caller.ts';
import { ownerOf } from '../../../src/service/idempotency/key-owner.ts';

const part = (claims: unknown): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
const token = (claims: unknown, signature = 'c2ln'): string =>
  `Bearer ${part({ alg: 'RS256' })}.${part(claims)}.${signature}`;
const ada = { iss: 'https://id.example', sub: 'ada' };

describe('Client of a key', () => {
  const pair = fc.constantFrom('a=1', 'b=2', 'a=1b=2', 'a=12', 'a=', 'b', '=1');
  const headers = fc.record({
    authorization: fc.option(fc.constantFrom('Bearer a', 'Bearer b', 'a=1'), { nil: undefined }),
    cookies: fc.array(pair, { maxLength: 3 }),
  });
  type Headers = typeof headers extends fc.Arbitrary<infer T> ? T : never;

  it('Clients differ by Authorization and cookies, and not by the order of cookies', () => {
    const clientKeyOf = ({ authorization, cookies }: Headers, separator = '; ') =>
      ownerOf({ authorization, cookie: cookies.length === 0 ? undefined : cookies.join(separator) }).caller;
    const meant = ({ authorization, cookies }: Headers) =>
      JSON.stringify([authorization ?? null, cookies.toSorted()]);
    fc.assert(
      fc.property(headers, headers, (one, other) => {
        expect(clientKeyOf(one) === clientKeyOf(other)).toBe(meant(one) === meant(other));
        expect(clientKeyOf({ ...one, cookies: one.cookies.toReversed() }, ' ;  ')).toBe(clientKeyOf(one));
      }),
      {
        numRuns: 1000,
        examples: [
          [
            { authorization: undefined, cookies: ['a=1', 'b=2'] },
            { authorization: undefined, cookies: ['a=1b=2'] },
          ],
        ],
      },
    );
  });

  it('The stored value does not reveal the credentials', () => {
    const owner = ownerOf({ authorization: token(ada), cookie: 'session=secret' });
    expect(Object.values(owner)).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^[\w-]{43}$/),
    ]);
  });
});

describe('Subject of a key', () => {
  const subjectOf = (authorization?: string) => ownerOf({ authorization, cookie: undefined }).subject;

  it('The subject stays with a renewed token and differs for another subject or issuer', () => {
    const subject = subjectOf(token({ ...ada, iat: 1 }));
    expect(subject).toEqual(expect.any(String));
    expect(subjectOf(token({ ...ada, iat: 2 }, ''))).toBe(subject);
    expect(subjectOf(token(ada).replace('Bearer ', 'bearer  '))).toBe(subject);
    expect(subjectOf(token({ ...ada, sub: 'bob' }))).not.toBe(subject);
    expect(subjectOf(token({ ...ada, iss: 'https://other.example' }))).not.toBe(subject);
    expect(subjectOf(token({ iss: 'ada', sub: 'https://id.example' }))).not.toBe(subject);
  });

  it.each([
    undefined,
    '',
    'Bearer opaque',
    'Bearer a.b',
    'Bearer a.b.c',
    token('text'),
    token(null),
    token({ sub: 'ada' }),
    token({ iss: 'https://id.example' }),
    token({ ...ada, sub: '' }),
    token({ ...ada, iss: '' }),
    token({ ...ada, sub: 5 }),
    token(ada).replace('Bearer', 'Basic'),
    token(ada).replace('Bearer', 'XBearer'),
    `${token(ada)}.more`,
  ])('The subject of %s is unknown', (authorization) => {
    expect(subjectOf(authorization)).toBeUndefined();
  });
});

describe('Owner of a key where the service knows its callers', () => {
  const caller = (changes: Partial<Caller> = {}): Caller => ({
    id: 'anna at the shop',
    issuer: 'https://id.example',
    subject: 'ada',
    client: undefined,
    grants: new Map(),
    expiresAt: Number.POSITIVE_INFINITY,
    claims: {},
    ...changes,
  });

  it('It is the caller, whatever its credentials are', () => {
    const owner = ownerOf({ authorization: token({ ...ada, iat: 1 }), cookie: 'a=1' }, caller());
    expect(ownerOf({ authorization: token({ ...ada, iat: 2 }) }, caller({ expiresAt: 5 }))).toEqual(owner);
    expect(ownerOf({}, caller({ id: 'anna at home' })).caller).not.toBe(owner.caller);
    expect(ownerOf({ authorization: token({ ...ada, iat: 1 }), cookie: 'a=1' }).caller).not.toBe(
      owner.caller,
    );
  });

  it('It has the subject that its token had before the service knew its callers', () => {
    expect(ownerOf({}, caller()).subject).toBe(ownerOf({ authorization: token(ada) }).subject);
  });

  it('Subjects without an issuer are never taken for each other', () => {
    expect(ownerOf({}, caller({ issuer: '' })).subject).toBeUndefined();
  });
});
