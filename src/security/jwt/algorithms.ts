/**
 * The signature algorithms, with the type of key and the parameters that each of them requires (RFC 7518 §3.1, RFC 8037
 * §3.1, RFC 9864 §2.2). A key is used only with an algorithm that fits its type and curve (RFC 8725 §3.1).
 */
import { constants } from 'node:crypto';
import type { JwtAlgorithm } from '../../config/policies/jwt-scheme.ts';

export interface Algorithm {
  readonly keyType: 'RSA' | 'EC' | 'OKP';
  readonly curve?: string;
  readonly digest: string | null;
  readonly parameters: {
    readonly padding?: number;
    readonly saltLength?: number;
    readonly dsaEncoding?: 'ieee-p1363';
  };
}

const pkcs1 = (digest: string): Algorithm => ({
  keyType: 'RSA',
  digest,
  parameters: { padding: constants.RSA_PKCS1_PADDING },
});

const pss = (digest: string): Algorithm => ({
  keyType: 'RSA',
  digest,
  parameters: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});

const ecdsa = (curve: string, digest: string): Algorithm => ({
  keyType: 'EC',
  curve,
  digest,
  parameters: { dsaEncoding: 'ieee-p1363' },
});

const ed25519: Algorithm = {
  keyType: 'OKP',
  curve: 'Ed25519',
  digest: null,
  parameters: {},
};

/** `EdDSA` names no curve; only Ed25519 is accepted for it, which is what issuers use. */
export const ALGORITHMS: Readonly<Record<JwtAlgorithm, Algorithm>> = {
  RS256: pkcs1('sha256'),
  RS384: pkcs1('sha384'),
  RS512: pkcs1('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: ecdsa('P-256', 'sha256'),
  ES384: ecdsa('P-384', 'sha384'),
  ES512: ecdsa('P-521', 'sha512'),
  EdDSA: ed25519,
  Ed25519: ed25519,
};
