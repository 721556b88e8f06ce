/**
 * The cookies of the sign-in (RFC 6265bis). Over https they have the prefix `__Host-`, which no other host and no
 * unencrypted response can set (§4.1.3.2). `SameSite=Lax` keeps them out of requests that other sites cause, except
 * those that a person navigates to.
 */
import { withValues } from '../../http/headers/raw-headers.ts';

/** Browsers keep at least 4096 bytes for name, value and attributes together (§6.1). */
export const MAX_COOKIE_VALUE = 3900;

const PREFIX = '__Host-';
/** The session of a person who has signed in. */
export const SESSION_COOKIE = 'linkway-session';
/** A sign-in that is not finished. */
export const PENDING_COOKIE = 'linkway-sign-in';

type CookieName = typeof SESSION_COOKIE | typeof PENDING_COOKIE;

const OWN_NAMES: ReadonlySet<string> = new Set(
  [SESSION_COOKIE, PENDING_COOKIE].flatMap((name) => [name, PREFIX + name]),
);

const nameOf = (name: CookieName, isSecure: boolean): string => (isSecure ? PREFIX + name : name);

/** @param seconds how long it lasts; 0 removes it */
export const cookieText = (name: CookieName, value: string, seconds: number, isSecure: boolean): string =>
  `${nameOf(name, isSecure)}=${value}; Path=/; Max-Age=${Math.floor(seconds)}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

export const removedCookie = (name: CookieName, isSecure: boolean): string =>
  cookieText(name, '', 0, isSecure);

/** @returns undefined if there is none, or several: another host of the domain may have set one of them */
export function cookieValue(name: CookieName, header = '', isSecure: boolean): string | undefined {
  const wanted = nameOf(name, isSecure);
  const values = pairsIn(header).flatMap((pair) => {
    const at = pair.indexOf('=');
    return at >= 0 && pair.slice(0, at).trim() === wanted ? [pair.slice(at + 1).trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** Whether the header may have a cookie of the sign-in. Most requests have none. */
export const mentionsSignIn = (header: string | undefined): header is string =>
  header?.includes('linkway-s') === true;

/** The header without the cookies of the sign-in; undefined if nothing is left. */
export function withoutSignIn(header: string): string | undefined {
  const kept = pairsIn(header).filter((pair) => !OWN_NAMES.has(pair.split('=', 1)[0]?.trim() ?? ''));
  return kept.join(';').trim() || undefined;
}

/** Raw headers without the cookies of the sign-in. */
export const withoutSignInCookies = (raw: readonly string[]): string[] =>
  withValues(raw, (name, value) => (name === 'cookie' ? withoutSignIn(value) : value));

const pairsIn = (header: string): string[] => header.split(';');
