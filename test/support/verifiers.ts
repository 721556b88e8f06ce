/** Verifiers for tests: credentials say themselves whom they name, or how they fail. */
import type { Verification, Verifier } from '../../src/security/verifier.ts';

/**
 * Credentials `anna`, `anna:read,write` name a subject and its scopes; `bad` is rejected, `away` cannot be verified.
 * @param isAsynchronous whether results come later, as from a provider
 */
export function scriptedVerifier({ isAsynchronous = false } = {}): Verifier & { readonly calls: string[] } {
  const calls: string[] = [];
  const known = new Map<string, Verification>();
  const verify = (credentials: string): Verification => {
    if (credentials === 'bad' || credentials === '')
      return { rejected: 'the token has expired', reason: 'exp' };
    if (credentials === 'away') return { unavailable: 'no keys', retryAfter: 7 };
    const [subject = '', scopes = ''] = credentials.split(':');
    return {
      issuer: 'https://idp.example',
      subject,
      scopes: new Set(scopes.split(',').filter(Boolean)),
      expiresAt: Number.POSITIVE_INFINITY,
    };
  };
  return {
    calls,
    verify(credentials) {
      calls.push(credentials);
      const result = known.get(credentials) ?? verify(credentials);
      known.set(credentials, result);
      return isAsynchronous ? Promise.resolve(result) : result;
    },
  };
}
