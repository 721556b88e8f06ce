/**
 * Who calls a service. The gateway in front verifies credentials and says whose they are: in identity headers
 * (`IDENTITY=headers`), which only a service that clients cannot reach themselves may believe, or in a token that it
 * signs (`IDENTITY_KEY`). Without either, a service does not know its callers.
 */
import type { IncomingMessage } from 'node:http';
import { ConfigError } from '../../config/config-error.ts';
import type { Settings } from '../../config/settings.ts';
import type { Caller } from '../../contract/caller.ts';
import { callerFromHeaders, identityHeaders } from '../../security/identity-headers.ts';
import { IDENTITY_TOKEN_HEADER } from '../../security/identity-token.ts';
import {
  type InternalTokenKey,
  internalTokenKey,
  signInternalToken,
  verifyInternalToken,
} from '../../security/internal-token.ts';
import type { Rejected } from '../../security/verifier.ts';

export type IdentitySettings = Pick<Settings, 'IDENTITY' | 'IDENTITY_KEY'>;

export interface Identity {
  /** @returns undefined for an anonymous request */
  read(req: IncomingMessage): Caller | Rejected | undefined;
  /** Raw headers that tell another service who calls. */
  write(caller: Caller, service: string, method: string): readonly string[];
}

/**
 * @param service the name of the service itself
 * @throws ConfigError for a key that is too short
 */
export function createIdentity(
  { IDENTITY, IDENTITY_KEY }: IdentitySettings,
  service: string,
): Identity | undefined {
  // A service with a key never believes headers that anyone could have written.
  if (IDENTITY_KEY !== undefined) return byToken(keyOf(IDENTITY_KEY), service);
  return IDENTITY === 'headers' ? byHeaders : undefined;
}

const MALFORMED: Rejected = {
  rejected: 'The request does not come from the gateway.',
  reason: 'identity headers: malformed',
};

const byHeaders: Identity = {
  read({ headers }) {
    const caller = callerFromHeaders(headers);
    return caller === 'malformed' ? MALFORMED : caller;
  },
  write: identityHeaders,
};

const byToken = (key: InternalTokenKey, service: string): Identity => ({
  read({ headers, method = '' }) {
    const token = headers[IDENTITY_TOKEN_HEADER.toLowerCase()];
    if (token === undefined) return undefined;
    return verifyInternalToken(String(token), { keys: [key], audience: service, method });
  },
  // The other service has the same key, because the gateway signs with one key for all of them.
  write: (caller, other, method) => [
    IDENTITY_TOKEN_HEADER,
    signInternalToken(caller, { key, audience: other, method, claims: Object.keys(caller.claims) }),
  ],
});

function keyOf(text: string): InternalTokenKey {
  try {
    return internalTokenKey(text);
  } catch (error) {
    throw new ConfigError(`Environment variable IDENTITY_KEY: ${(error as Error).message}`);
  }
}
