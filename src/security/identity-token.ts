/** Signs the tokens that tell a service who calls. A token is used again for the same caller and method for a while. */
import type { Caller } from '../contract/caller.ts';
import { type SignOptions, signInternalToken } from './internal-token.ts';

/** The header with the token; see `isIdentityHeader`. */
export const IDENTITY_TOKEN_HEADER = 'X-Auth-Identity';

/** Milliseconds; a token lives for 30 seconds. */
const REUSE = 10_000;

interface Signed {
  readonly headers: readonly string[];
  readonly until: number;
}

/** @returns raw headers for a caller and a method */
export function identityToken(
  options: Omit<SignOptions, 'method'>,
): (caller: Caller, method: string) => readonly string[] {
  const known = new WeakMap<Caller, Map<string, Signed>>();
  return (caller, method) => {
    const byMethod = known.get(caller) ?? new Map<string, Signed>();
    known.set(caller, byMethod);
    const now = performance.now();
    const signed = byMethod.get(method);
    if (signed !== undefined && now < signed.until) return signed.headers;
    const headers = [IDENTITY_TOKEN_HEADER, signInternalToken(caller, { ...options, method })];
    byMethod.set(method, { headers, until: now + REUSE });
    return headers;
  };
}
