/** Verifies a JWS with a key set as the verifier does, without the rules for claims, for vectors that are not JWTs. */
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../../src/config/policies/jwt-scheme.ts';
import { readCompactJws } from '../../../src/security/jwt/compact-jws.ts';
import { findKey, readKeySet } from '../../../src/security/jwt/key-set.ts';
import { VerificationKey } from '../../../src/security/jwt/verification-key.ts';

const rules = {
  algorithms: new Set(JWT_ALGORITHMS),
  types: new Set(['none', 'jwt', 'jose', 'application/jwt']),
};

/** @returns the payload, or why the signature does not count */
export function verifyJws(text: string, keys: readonly unknown[]): { payload: Buffer } | { refused: string } {
  const jws = readCompactJws(text, rules);
  if ('rejected' in jws) return { refused: jws.reason };
  try {
    const set = readKeySet({ keys }, { algorithms: JWT_ALGORITHMS, maxRsaBits: 8192 });
    const key = findKey(set.keys, jws.keyId, jws.algorithm);
    if (!(key instanceof VerificationKey)) return { refused: `the key is ${key}` };
    if (!key.verify(jws.algorithm as JwtAlgorithm, jws.signed, jws.signature))
      return { refused: 'the signature does not match' };
  } catch (error) {
    return { refused: (error as Error).message };
  }
  return { payload: Buffer.from(jws.payload, 'base64url') };
}
