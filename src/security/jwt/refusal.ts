/**
 * Why a token is refused: a coarse reason for the client, which does not help to forge one, and the exact reason for the
 * log. Text of the token stands there as JSON and cut, so that it can neither break a line nor fill the log.
 */
import type { Rejected } from '../verifier.ts';

/** What kind of fault it is, for counts. */
export type RefusalCode =
  | 'malformed'
  | 'algorithm'
  | 'type'
  | 'claims'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'future'
  | 'key'
  | 'signature';

export interface Refusal extends Rejected {
  readonly code: RefusalCode;
}

const INVALID = 'The token is not valid.';

const TO_CLIENT: Readonly<Record<RefusalCode, string>> = {
  malformed: 'The token is malformed.',
  algorithm: INVALID,
  type: 'The token is of a type that is not accepted here.',
  claims: INVALID,
  issuer: 'The token is from an issuer that is not accepted here.',
  audience: 'The token is not for this API.',
  expired: 'The token has expired.',
  future: 'The token is not valid yet.',
  key: INVALID,
  signature: INVALID,
};

export const refusal = (code: RefusalCode, reason: string): Refusal => ({
  rejected: TO_CLIENT[code],
  reason,
  code,
});

const MAX_SHOWN = 100;

/** A value of a token, for the log. */
export const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, MAX_SHOWN);
