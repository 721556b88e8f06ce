import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  cookieText,
  cookieValue,
  mentionsSignIn,
  PENDING_COOKIE,
  removedCookie,
  SESSION_COOKIE,
  withoutSignIn,
  withoutSignInCookies,
} from '../../../src/security/sign-in/cookies.ts';

describe('The cookies of the sign-in', () => {
  it('Are for this host only over https, and never for scripts', () => {
    expect(cookieText(SESSION_COOKIE, 'v', 90.9, true)).toBe(
      '__Host-linkway-session=v; Path=/; Max-Age=90; HttpOnly; SameSite=Lax; Secure',
    );
    expect(cookieText(PENDING_COOKIE, 'v', 60, false)).toBe(
      'linkway-sign-in=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax',
    );
    expect(removedCookie(SESSION_COOKIE, false)).toBe(
      'linkway-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    );
  });

  it.each([
    ['linkway-session=a', false, 'a'],
    ['x=1; linkway-session=a; y=2', false, 'a'],
    ['__Host-linkway-session=a', true, 'a'],
    // A cookie that an unencrypted response may have set does not count over https.
    ['linkway-session=a', true, undefined],
    ['__Host-linkway-session=a', false, undefined],
    // Another host of the domain may have set one of them.
    ['linkway-session=a; linkway-session=b', false, undefined],
    ['linkway-session', false, undefined],
    ['xlinkway-session=a', false, undefined],
    ['', false, undefined],
    [undefined, false, undefined],
  ])('In %j over https: %j, the session is %j', (header, isSecure, value) => {
    expect(cookieValue(SESSION_COOKIE, header, isSecure)).toBe(value);
  });

  it('Do not reach services, and other cookies keep their text', () => {
    expect(withoutSignIn('a=1; linkway-session=x; b="2;3"; __Host-linkway-sign-in=y')).toBe('a=1; b="2;3"');
    expect(withoutSignIn('linkway-session=x;__Host-linkway-session=z;linkway-sign-in=y')).toBeUndefined();
    expect(
      withoutSignInCookies(['Cookie', 'linkway-session=x', 'cookie', 'a=1', 'A', 'linkway-session=x']),
    ).toEqual(['cookie', 'a=1', 'A', 'linkway-session=x']);
  });

  it('Are never among the rest of a header, whatever the header', () => {
    const piece = fc.constantFrom(
      'linkway-session',
      '__Host-linkway-session',
      'linkway-sign-in',
      '=',
      ';',
      ' ',
      'a',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const header = pieces.join('');
        const rest = withoutSignIn(header) ?? '';
        expect(cookieValue(SESSION_COOKIE, rest, false)).toBeUndefined();
        expect(cookieValue(SESSION_COOKIE, rest, true)).toBeUndefined();
        if (cookieValue(SESSION_COOKIE, header, false) !== undefined)
          expect(mentionsSignIn(header)).toBe(true);
      }),
    );
  });
});
