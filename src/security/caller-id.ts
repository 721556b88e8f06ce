/**
 * The id of a caller: a hash of who vouches for whom and of the program, so that it may be part of keys and logs. It is
 * the same for each token of the same subject.
 */
import { hash } from 'node:crypto';

export interface IdentifiedBy {
  readonly scheme: string;
  /** Empty for credentials without an issuer, whose subjects are those of their scheme. */
  readonly issuer: string;
  readonly subject: string;
  readonly client?: string | undefined;
}

export const callerId = (identities: readonly IdentifiedBy[]): string =>
  hash(
    'sha256',
    JSON.stringify(
      identities.map(({ scheme, issuer, subject, client }) => [
        issuer || `scheme:${scheme}`,
        subject,
        client ?? '',
      ]),
    ),
    'base64url',
  );
