/**
 * Reads a token in the compact serialization of JWS (RFC 7515 §7.1) before its signature is verified. Each token has exactly one
 * text: no spaces, no padding, no second spelling of a part, at most 8 KB. The checks without cryptography are here and
 * come first, because anybody can send a token. Keys in the header (`jwk`, `jku`, `x5u`, `x5c`) are never used.
 */
import { isUtf8 } from 'node:buffer';
import { readJson } from '../../codecs/read-json.ts';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../config/policies/jwt-scheme.ts';
import { isCanonical } from './base64url.ts';
import { isJsonObject, type JsonObject, memberOf } from './json-object.ts';
import { type Refusal, refusal, shown } from './refusal.ts';

export interface CompactJws {
  readonly algorithm: JwtAlgorithm;
  readonly keyId: string | undefined;
  /** The text that is signed. */
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** In base64url. */
  readonly payload: string;
}

export interface TokenRules {
  readonly algorithms: ReadonlySet<string>;
  /** In lower case and without `application/`; `none` allows tokens without a type. */
  readonly types: ReadonlySet<string>;
}

export const MAX_TOKEN_LENGTH = 8192;
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const MAX_KEY_ID_LENGTH = 512;
const JSON_LIMITS = { depth: 32, duplicateMembers: 'reject' } as const;

export function readCompactJws(text: string, rules: TokenRules): CompactJws | Refusal {
  if (text.length > MAX_TOKEN_LENGTH) return refusal('malformed', `has more than ${MAX_TOKEN_LENGTH} bytes`);
  if (!TOKEN.test(text)) return refusal('malformed', 'is not three parts of base64url');
  const end = text.indexOf('.');
  const last = text.lastIndexOf('.');
  const payload = text.slice(end + 1, last);
  const signature = text.slice(last + 1);
  if (!isCanonical(payload) || !isCanonical(signature))
    return refusal('malformed', 'a part is not in canonical base64url');
  const header = readJsonPart(text.slice(0, end));
  if (header === undefined) return refusal('malformed', 'the header is not a JSON object in base64url');
  return (
    headerFault(header, rules) ?? {
      algorithm: header.alg as JwtAlgorithm,
      keyId: memberOf(header, 'kid') as string | undefined,
      signed: Buffer.from(text.slice(0, last), 'latin1'),
      signature: Buffer.from(signature, 'base64url'),
      payload,
    }
  );
}

/** @returns undefined for anything but a JSON object in canonical base64url */
export function readJsonPart(part: string): JsonObject | undefined {
  if (!isCanonical(part)) return undefined;
  const bytes = Buffer.from(part, 'base64url');
  if (!isUtf8(bytes)) return undefined;
  try {
    const value = readJson(bytes.toString(), JSON_LIMITS);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function headerFault(header: JsonObject, { algorithms, types }: TokenRules): Refusal | undefined {
  const alg = memberOf(header, 'alg');
  if (typeof alg !== 'string' || !isAlgorithm(alg) || !algorithms.has(alg))
    return refusal('algorithm', `the algorithm ${shown(alg)} is not accepted`);
  // RFC 7515 §4.1.11: extensions that have to be understood. None is supported, and `b64` is none for JWTs (RFC 7797 §7).
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64'))
    return refusal('malformed', 'the header has an extension that is not supported');
  const kid = memberOf(header, 'kid');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_LENGTH))
    return refusal('malformed', 'the key id is not a string, or too long');
  const typ = memberOf(header, 'typ');
  if (!types.has(typeNameOf(typ))) return refusal('type', `the type ${shown(typ)} is not accepted`);
  return undefined;
}

const isAlgorithm = (name: string): name is JwtAlgorithm => JWT_ALGORITHMS.includes(name as JwtAlgorithm);

/** The type for comparison (RFC 7515 §4.1.9): `application/at+jwt` and `AT+JWT` are `at+jwt`. */
export function typeNameOf(typ: unknown): string {
  if (typ === undefined) return 'none';
  // A type that is written `none` is not the same as no type.
  if (typeof typ !== 'string' || typ.toLowerCase() === 'none') return '';
  const name = typ.toLowerCase();
  return /^application\/[^/]+$/.test(name) ? name.slice('application/'.length) : name;
}
