/**
 * Determines the owner of an `Idempotency-Key`: the caller, where the service knows it, so that a client may renew its
 * token between two attempts. Otherwise it is the client with the credentials of the request, `Authorization` and
 * `Cookie`: tokens are not verified here, so their claims never give a client a response that was created for other
 * credentials.
 *
 * The claims have a weaker effect: a client that has renewed its access token would repeat its work. So the issuer
 * and the subject of a JSON Web Token (RFC 7519 §4.1) are stored too, and the same key of the same subject with
 * another token is refused. A forged token can thus only cause a refusal.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Caller } from '../../contract/caller.ts';

export interface KeyOwner {
  /** A hash, so that no credentials are stored. */
  readonly caller: string;
  /** A hash; undefined where the credentials have no subject. */
  readonly subject?: string | undefined;
}

const claims = z.object({ iss: z.string().min(1), sub: z.string().min(1) });
const TOKEN = /^bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i;

export function ownerOf(
  { authorization, cookie }: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>,
  caller?: Caller,
): KeyOwner {
  if (caller !== undefined)
    return {
      caller: digest(JSON.stringify(['caller', caller.id])),
      // As for a token whose subject was not verified: nothing is repeated when a service learns to know its callers.
      subject: caller.issuer === '' ? undefined : digest(JSON.stringify([caller.issuer, caller.subject])),
    };
  return {
    caller: digest(JSON.stringify([authorization, cookie && sortCookies(cookie)])),
    subject: subjectOf(authorization),
  };
}

/** A browser may send the same cookies in another order (RFC 6265 §5.4). */
const sortCookies = (cookie: string): string =>
  cookie
    .split(';')
    .map((pair) => pair.trim())
    .toSorted()
    .join('; ');

function subjectOf(authorization = ''): string | undefined {
  const [, payload] = TOKEN.exec(authorization) ?? [];
  if (payload === undefined) return undefined;
  try {
    const { iss, sub } = claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return digest(JSON.stringify([iss, sub]));
  } catch {
    return undefined;
  }
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
