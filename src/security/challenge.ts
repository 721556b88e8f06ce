/** The value of `WWW-Authenticate`: which credentials a client has to send (RFC 9110 §11.6.1). */
import type { CredentialPlace } from './credentials.ts';

export interface Challenge {
  readonly place: CredentialPlace;
  readonly realm: string;
  /** Only where credentials were sent (RFC 6750 §3.1). */
  readonly error?: 'invalid_token' | 'insufficient_scope' | undefined;
  readonly description?: string | undefined;
  /** All scopes that are needed. */
  readonly scopes?: readonly string[] | undefined;
}

export const challengeText = (challenges: readonly Challenge[]): string =>
  [...new Set(challenges.map(one))].join(', ');

function one({ place, realm, error, description, scopes = [] }: Challenge): string {
  const parameters = [`realm=${quoted(realm)}`];
  switch (place.in) {
    case 'bearer':
      if (error !== undefined) parameters.push(`error="${error}"`);
      if (description !== undefined) parameters.push(`error_description=${quoted(description)}`);
      if (scopes.length > 0) parameters.push(`scope=${quoted(scopes.join(' '))}`);
      return `Bearer ${parameters.join(', ')}`;
    case 'basic':
      return `Basic ${parameters.join(', ')}, charset="UTF-8"`;
    case 'certificate':
      return `ClientCertificate ${parameters.join(', ')}`;
    default:
      return `ApiKey ${parameters.join(', ')}, in="${place.in}", name=${quoted(place.name)}`;
  }
}

/** Only characters of a quoted string, without quotes and backslashes (RFC 6750 §3). */
const quoted = (text: string): string => `"${text.replaceAll(/[^\x20-\x7e]|["\\]/g, '?')}"`;
