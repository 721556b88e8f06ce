/** The usable keys of a JSON Web Key Set (RFC 7517 §5). */
import type { JwtAlgorithm } from '../../config/policies/jwt-scheme.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { type KeyRules, readKey, VerificationKey } from './verification-key.ts';

const MAX_KEYS = 100;

export interface KeySet {
  readonly keys: readonly VerificationKey[];
  /** Why other keys of the set are not used. Ids stand there as JSON. */
  readonly refusals: readonly string[];
}

/**
 * @throws Error for a set that is broken or has no usable key. Such a set is a failure of the issuer; as a set it would
 * mean that all keys are revoked.
 */
export function readKeySet(document: unknown, rules: KeyRules): KeySet {
  const listed = isJsonObject(document) ? document.keys : undefined;
  if (!Array.isArray(listed) || !listed.every(isJsonObject)) throw new Error('it is not a key set');
  if (listed.length > MAX_KEYS) throw new Error(`it has more than ${MAX_KEYS} keys`);
  /** By fingerprint, as some issuers list a key twice. */
  const keys = new Map<string, VerificationKey>();
  const refusals: string[] = [];
  for (const jwk of listed) {
    const key = readKey(jwk, rules);
    if (key instanceof VerificationKey) keys.set(key.fingerprint, key);
    else refusals.push(`${nameOf(jwk)}: ${key.refused}`);
  }
  if (keys.size === 0) throw new Error(['it has no usable key', ...refusals.slice(0, 3)].join('; '));
  return { keys: [...keys.values()], refusals };
}

export type Found = VerificationKey | 'unknown' | 'unfit' | 'ambiguous';

/**
 * The key for a token. A token without a key id is accepted if just one key fits (RFC 7515 §10.11). Two keys for one id
 * are ambiguous, as trying them all would multiply the cost of forged tokens.
 */
export function findKey(
  keys: readonly VerificationKey[],
  id: string | undefined,
  algorithm: JwtAlgorithm,
): Found {
  const named = id === undefined ? keys : keys.filter((key) => key.id === id);
  if (named.length === 0) return 'unknown';
  const [first, second] = named.filter((key) => key.fits(algorithm));
  if (first === undefined) return 'unfit';
  return second === undefined ? first : 'ambiguous';
}

const MAX_SHOWN = 60;

const nameOf = ({ kid }: JsonObject): string =>
  typeof kid === 'string' ? `key ${JSON.stringify(kid.slice(0, MAX_SHOWN))}` : 'a key without id';
