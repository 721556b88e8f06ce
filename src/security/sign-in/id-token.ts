/**
 * Checks the ID token that the token endpoint returned (OpenID Connect Core 1.0 §3.1.3.7). It came directly from the
 * provider, over TLS or on this machine, so that its signature need not be verified (point 6). The access token, which
 * decides what a person may do, is verified like that of any other request.
 */
import { isJsonObject } from '../jwt/json-object.ts';

export interface ExpectedIdToken {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How much the clocks of provider and gateway may differ, in milliseconds. */
const SKEW = 30_000;
const MAX_LENGTH = 65_536;

/** @throws Error with the reason, without any text of the token */
export function readIdToken(
  text: unknown,
  { issuer, clientId, nonce, now }: ExpectedIdToken,
): Readonly<Record<string, unknown>> {
  const claims = claimsOf(text);
  if (claims === undefined) throw new Error('the response has no ID token');
  const { iss, aud, azp, exp } = claims;
  if (iss !== issuer) throw new Error('the ID token is from another issuer');
  if (![aud].flat().includes(clientId)) throw new Error('the ID token is for another client');
  if (azp !== undefined && azp !== clientId) throw new Error('the ID token was issued to another client');
  if (typeof exp !== 'number' || exp * 1000 + SKEW <= now) throw new Error('the ID token has expired');
  if (claims.nonce !== nonce) throw new Error('the ID token belongs to another sign-in');
  return claims;
}

function claimsOf(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined;
  const parts = text.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
    return isJsonObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
