/**
 * A public key of an issuer, from its JSON Web Key (RFC 7517). Weak keys are refused here, because the libraries below
 * accept them: RSA with fewer than 2048 bits (RFC 7518 §3.3), with a small exponent, or of a broken generator. Members
 * that the key type does not need are not passed on, so a private key is never read.
 */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { JWT_ALGORITHMS, type JwtAlgorithm } from '../../config/policies/jwt-scheme.ts';
import { ALGORITHMS } from './algorithms.ts';
import { decodeBase64url } from './base64url.ts';
import type { JsonObject } from './json-object.ts';
import { isRocaModulus } from './roca.ts';

export interface KeyRules {
  readonly algorithms: readonly JwtAlgorithm[];
  readonly maxRsaBits: number;
}

export class VerificationKey {
  readonly id: string | undefined;
  /** Identifies the same key with the same permissions in another set. */
  readonly fingerprint: string;
  /** Whether the issuer has removed the key. Everything that was verified with it is then invalid. */
  isRevoked = false;
  readonly #key: KeyObject;
  readonly #algorithms: ReadonlySet<string>;

  constructor(id: string | undefined, key: KeyObject, algorithms: readonly JwtAlgorithm[]) {
    this.id = id;
    this.#key = key;
    this.#algorithms = new Set(algorithms);
    this.fingerprint = createHash('sha256')
      .update(JSON.stringify([id, algorithms]))
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('base64');
  }

  fits(algorithm: JwtAlgorithm): boolean {
    return this.#algorithms.has(algorithm);
  }

  /** Verifies a signature. The caller has made sure that the algorithm fits. */
  verify(algorithm: JwtAlgorithm, signed: Buffer, signature: Buffer): boolean {
    const { digest, parameters } = ALGORITHMS[algorithm];
    try {
      return verify(digest, signed, { key: this.#key, ...parameters }, signature);
    } catch {
      return false;
    }
  }
}

export interface RefusedKey {
  /** For the log. */
  readonly refused: string;
}

const MIN_RSA_BITS = 2048;
const MIN_EXPONENT = 65_537n;
const MAX_EXPONENT = 2n ** 32n;

/** @returns why the key is not used; an issuer may also publish keys for other purposes (RFC 7517 §5) */
export function readKey(jwk: JsonObject, rules: KeyRules): VerificationKey | RefusedKey {
  const { kid, use, key_ops: operations, kty, crv, alg } = jwk;
  if (kid !== undefined && typeof kid !== 'string') return { refused: 'its id is not a string' };
  if (use !== undefined && use !== 'sig') return { refused: 'it is not for signatures' };
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    return { refused: 'it is not for the verification of signatures' };
  if ('d' in jwk || 'k' in jwk) return { refused: 'it has a private part, so it is no longer secret' };
  const fitting = JWT_ALGORITHMS.filter((name) => {
    const { keyType, curve } = ALGORITHMS[name];
    return keyType === kty && (curve === undefined || curve === crv);
  });
  if (fitting.length === 0) return { refused: 'its type or curve is not supported' };
  const allowed = fitting.filter((name) => rules.algorithms.includes(name) && isOfAlgorithm(name, alg));
  if (allowed.length === 0) return { refused: 'none of its algorithms is accepted here' };
  const key = importKey(jwk);
  if (key === undefined) return { refused: 'it is broken' };
  const weakness = kty === 'RSA' ? weaknessOf(key, jwk, rules) : undefined;
  return weakness === undefined ? new VerificationKey(kid, key, allowed) : { refused: weakness };
}

/** Whether the `alg` of a key allows an algorithm. `EdDSA` and `Ed25519` are two names of one algorithm (RFC 9864 §2.2). */
const isOfAlgorithm = (name: JwtAlgorithm, alg: unknown): boolean =>
  alg === undefined || alg === name || (isEd25519(name) && isEd25519(alg));

const isEd25519 = (name: unknown): boolean => name === 'EdDSA' || name === 'Ed25519';

/** Reads the numbers from the imported key, because a modulus may be written with zeros in front. */
function weaknessOf(key: KeyObject, { n }: JsonObject, { maxRsaBits }: KeyRules): string | undefined {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS) return `it has fewer than ${MIN_RSA_BITS} bits`;
  if (modulusLength > maxRsaBits) return `it has more than ${maxRsaBits} bits`;
  if (publicExponent < MIN_EXPONENT || publicExponent % 2n === 0n) return 'its exponent is too small or even';
  // A long exponent makes each verification slow.
  if (publicExponent > MAX_EXPONENT) return 'its exponent is too large';
  return isRocaModulus(Buffer.from(`${n}`, 'base64url'))
    ? 'it was made by a broken generator (CVE-2017-15361)'
    : undefined;
}

function importKey({ kty, n, e, crv, x, y }: JsonObject): KeyObject | undefined {
  const members = { RSA: { n, e }, EC: { crv, x, y }, OKP: { crv, x } }[kty as 'RSA' | 'EC' | 'OKP'];
  const coordinates = kty === 'RSA' ? [n, e] : kty === 'EC' ? [x, y] : [x];
  if (coordinates.some((text) => !decodeBase64url(text)?.length)) return undefined;
  try {
    return createPublicKey({ key: { kty, ...members } as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}
