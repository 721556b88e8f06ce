/**
 * Whose an `Idempotency-Key` is: that of the caller with the credentials of the request, `Authorization` and `Cookie`. No
 * token is verified here, so what it says of itself gives no caller a response that was made for other credentials.
 *
 * What it says is used for less: a client that has renewed its access token would do its work twice. So the issuer and
 * the subject of a JSON Web Token (RFC 7519 §4.1) are kept too, and the same key of the same subject with another token is
 * refused. A forged token can only be refused by that.
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

export interface KeyOwner {
  /** As a hash, so that no credentials are kept. */
  readonly caller: string;
  /** As a hash; undefined where the credentials do not say. */
  readonly subject?: string | undefined;
}

const claims = z.object({ iss: z.string().min(1), sub: z.string().min(1) });
const TOKEN = /^bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i;

export function ownerOf({
  authorization,
  cookie,
}: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>): KeyOwner {
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
