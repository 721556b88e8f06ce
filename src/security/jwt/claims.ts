/**
 * Checks the claims of a token (RFC 7519 §4.1, RFC 9068 §4) and reads the identity from them. Issuer, audience, subject
 * and expiry are required. The skew moves times only; no other check depends on it.
 */
import { pointerTokens } from '../../contract/json-pointer.ts';
import type { Identity } from '../verifier.ts';
import { isJsonObject, type JsonObject, memberOf } from './json-object.ts';
import { type Refusal, refusal, shown } from './refusal.ts';

export interface ClaimRules {
  readonly issuer: string;
  readonly audience: { readonly claim: string; readonly values: readonly string[] };
  readonly scopes: string;
  readonly subject: string;
  readonly client?: string | undefined;
  /** Milliseconds. */
  readonly skew: number;
}

/** @param now milliseconds since 1970 */
export type ClaimReader = (claims: JsonObject, now: number) => Identity | Refusal;

/** Prepares the checks of one issuer. */
export function claimReader({ issuer, audience, scopes, subject, client, skew }: ClaimRules): ClaimReader {
  const readAudience = reader(audience.claim);
  const audiences = new Set(audience.values);
  const [readScopes, readSubject] = [reader(scopes), reader(subject)];
  const clientReaders = (client === undefined ? ['client_id', 'azp'] : [client]).map(reader);

  return (claims, now) => {
    const iss = memberOf(claims, 'iss');
    if (iss !== issuer) return refusal('issuer', `the issuer is ${shown(iss)}`);
    const aud = readAudience(claims);
    const named = Array.isArray(aud) ? aud : [aud];
    if (!named.every((one) => typeof one === 'string') || !named.some((one) => audiences.has(one)))
      return refusal('audience', `the audience (${audience.claim}) is ${shown(aud)}`);
    const fault = timeFault(claims, now, skew);
    if (fault !== undefined) return fault;
    const sub = readSubject(claims);
    if (typeof sub !== 'string' || sub === '') return refusal('claims', `there is no subject (${subject})`);
    const granted = scopesOf(readScopes(claims));
    if (granted === undefined) return refusal('claims', `the claim ${scopes} is neither a string nor a list`);
    const program = clientReaders.map((read) => read(claims)).find((one) => one !== undefined);
    if (program !== undefined && typeof program !== 'string')
      return refusal('claims', 'the client is not a string');
    const expiresAt = (claims.exp as number) * 1000 + skew;
    return { issuer, subject: sub, client: program, scopes: granted, expiresAt, claims: frozen(claims) };
  };
}

function timeFault(claims: JsonObject, now: number, skew: number): Refusal | undefined {
  const [exp, nbf, iat] = ['exp', 'nbf', 'iat'].map((name) => memberOf(claims, name));
  if (!isTime(exp) || !isOptionalTime(nbf) || !isOptionalTime(iat))
    return refusal('claims', 'exp, nbf or iat is missing or not a number');
  if (now >= exp * 1000 + skew) return refusal('expired', `it expired at ${shown(exp)}`);
  if (nbf !== undefined && nbf * 1000 > now + skew)
    return refusal('future', `it is valid from ${shown(nbf)} on`);
  if (iat !== undefined && iat * 1000 > now + skew)
    return refusal('future', `it was issued in the future, at ${shown(iat)}; compare the clocks`);
  return undefined;
}

/** NumericDate (RFC 7519 §2): seconds since 1970, with or without a fraction. */
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value * 1000 <= Number.MAX_SAFE_INTEGER;

const isOptionalTime = (value: unknown): value is number | undefined => value === undefined || isTime(value);

/** A string with spaces (RFC 6749 §3.3), or a list of strings. @returns undefined for anything else */
function scopesOf(value: unknown): ReadonlySet<string> | undefined {
  if (value === undefined) return new Set();
  const list = typeof value === 'string' ? value.split(' ') : value;
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) return undefined;
  return new Set(list.filter((one) => one !== ''));
}

/** Reads a claim by its name, or by a JSON Pointer. */
function reader(name: string): (claims: JsonObject) => unknown {
  if (!name.startsWith('/')) return (claims) => memberOf(claims, name);
  const tokens = pointerTokens(name);
  return (claims) =>
    tokens.reduce<unknown>((at, token) => (isJsonObject(at) ? memberOf(at, token) : undefined), claims);
}

/** Freezes a value of JSON, because all requests with the token share it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
