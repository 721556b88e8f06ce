/**
 * The signed internal token, by which the gateway tells a service who calls. It is a JSON Web Token (RFC 7519) that lives
 * for 30 seconds, names the service as its audience, and is signed with HS256 and a secret that only the gateway and this
 * service have. So a service cannot make a token for another service, which is all that a key pair would add, at many
 * times the cost for each request.
 *
 * The header is one constant text: nothing in the token selects an algorithm or a key (RFC 8725 §3.1).
 */
import { isUtf8 } from 'node:buffer';
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { readJson } from '../codecs/read-json.ts';
import type { Caller } from '../contract/caller.ts';
import { decodeBase64url } from './jwt/base64url.ts';
import type { Rejected } from './verifier.ts';

/** The key of one service. */
export interface InternalTokenKey {
  readonly secret: KeyObject;
}

/** RFC 7518 §3.2: at least as long as the hash. */
const MIN_SECRET_BYTES = 32;

/** @throws RangeError for a secret of fewer than 32 bytes; the message does not contain it */
export function internalTokenKey(secret: string | Uint8Array): InternalTokenKey {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret;
  if (bytes.length < MIN_SECRET_BYTES)
    throw new RangeError(`the secret of internal tokens needs at least ${MIN_SECRET_BYTES} bytes`);
  return { secret: createSecretKey(bytes) };
}

export interface SignOptions {
  readonly key: InternalTokenKey;
  /** The name of the service. */
  readonly audience: string;
  /** The method of the request; the token is then valid for this method only. */
  readonly method?: string | undefined;
  /** Names of the claims that the service gets, if the caller has them. */
  readonly claims?: readonly string[] | undefined;
}

export interface VerifyOptions {
  /** The current key, and a former one while it is replaced. */
  readonly keys: readonly InternalTokenKey[];
  /** The name of this service. */
  readonly audience: string;
  /** The method of the request. A token for another method is refused. */
  readonly method: string;
  /** How much the clocks may differ, in milliseconds. */
  readonly skew?: number;
}

const ISSUER = 'linkway';
const LIFETIME = 30_000;
const SKEW = 5_000;
/** Headers of a request have 16 KB together by default (Node, `maxHeaderSize`). */
const MAX_LENGTH = 12_288;
/** `typ` keeps these tokens apart from those of other issuers (RFC 8725 §3.11). */
const HEADER = Buffer.from('{"alg":"HS256","typ":"linkway-caller+jwt"}').toString('base64url');

const text = z.string();
const payloadSchema = z.strictObject({
  iss: z.literal(ISSUER),
  aud: text,
  iat: z.number(),
  exp: z.number(),
  method: text.optional(),
  id: text,
  issuer: text,
  sub: text,
  client: text.optional(),
  /** Scheme and scopes. A list, because an object would not keep the name `__proto__` apart. */
  grants: z.array(z.tuple([text, z.array(text)])),
  /** When the credentials of the client end, in milliseconds; left out if they do not. */
  ends: z.number().optional(),
  /** Name and value. */
  claims: z.array(z.tuple([text, z.unknown()])),
});

/** @throws RangeError for a caller whose token would be too long for a header */
export function signInternalToken(caller: Caller, options: SignOptions): string {
  const now = Date.now();
  const payload: z.input<typeof payloadSchema> = {
    iss: ISSUER,
    aud: options.audience,
    iat: now / 1000,
    exp: Math.min(now + LIFETIME, caller.expiresAt) / 1000,
    method: options.method,
    id: caller.id,
    issuer: caller.issuer,
    sub: caller.subject,
    client: caller.client,
    grants: [...caller.grants].map(([scheme, scopes]) => [scheme, [...scopes]]),
    ends: Number.isFinite(caller.expiresAt) ? caller.expiresAt : undefined,
    claims: (options.claims ?? [])
      .filter((name) => Object.hasOwn(caller.claims, name))
      .map((name) => [name, caller.claims[name]]),
  };
  const signed = `${HEADER}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  const token = `${signed}.${macOf(signed, options.key).toString('base64url')}`;
  if (token.length > MAX_LENGTH)
    throw new RangeError(`the internal token has more than ${MAX_LENGTH} bytes; pass on fewer claims`);
  return token;
}

/** The signature is verified before anything else is read. Never throws. */
export function verifyInternalToken(token: string, options: VerifyOptions): Caller | Rejected {
  const payload = signedPayload(token, options.keys);
  if (payload === undefined) return rejected('malformed, or not signed with a secret of this service');
  const { success, data } = payloadSchema.safeParse(payload);
  if (!success) return rejected('the claims are not those of an internal token');
  const { skew = SKEW } = options;
  const now = Date.now();
  if (data.aud !== options.audience) return rejected('it is for another service');
  if (data.method !== undefined && data.method !== options.method)
    return rejected('it is for another method');
  if (now >= data.exp * 1000 + skew) return rejected('it has expired');
  if (data.iat * 1000 > now + skew) return rejected('it was issued in the future; compare the clocks');
  return {
    id: data.id,
    issuer: data.issuer,
    subject: data.sub,
    client: data.client,
    grants: new Map(data.grants.map(([scheme, scopes]) => [scheme, new Set(scopes)])),
    expiresAt: data.ends ?? Number.POSITIVE_INFINITY,
    claims: Object.fromEntries(data.claims),
  };
}

/** The payload as JSON; undefined unless one of the keys has signed it. */
function signedPayload(token: string, keys: readonly InternalTokenKey[]): unknown {
  if (token.length > MAX_LENGTH) return undefined;
  const [header, body, mac, ...rest] = token.split('.');
  const signature = decodeBase64url(mac);
  if (header !== HEADER || signature === undefined || rest.length > 0) return undefined;
  const signed = `${header}.${body}`;
  if (!keys.some((key) => isEqual(macOf(signed, key), signature))) return undefined;
  const bytes = decodeBase64url(body);
  if (bytes === undefined || !isUtf8(bytes)) return undefined;
  try {
    return readJson(bytes.toString());
  } catch {
    return undefined;
  }
}

const macOf = (signed: string, { secret }: InternalTokenKey): Buffer =>
  createHmac('sha256', secret).update(signed).digest();

const isEqual = (expected: Buffer, actual: Buffer): boolean =>
  expected.length === actual.length && timingSafeEqual(expected, actual);

const rejected = (reason: string): Rejected => ({
  rejected: 'The request does not come from the gateway.',
  reason: `internal token: ${reason}`,
});
