/** Creates the verifier of a scheme in `gateway.yaml`. The code of each kind is loaded only if it is configured. */

import type { SchemeConfig } from '../config/policies/authentication.ts';
import { tlsSocketOf } from '../http/server/peer-certificate.ts';
import type { JwtLog } from './jwt/jwt-verifier.ts';
import type { Verifier } from './verifier.ts';
import type { CreateVerifier } from './verifiers.ts';

export interface VerifierEnvironment {
  /** The folder of `gateway.yaml`. */
  readonly folder: string;
  readonly log: JwtLog;
}

export const verifierFactory =
  (environment: VerifierEnvironment): CreateVerifier =>
  async (config, scheme) => {
    if ('issuer' in config && !('introspection' in config)) return jwtVerifier(config, scheme, environment);
    if ('introspection' in config) return introspectionVerifier(config, environment);
    if ('keysFile' in config) return keysVerifier(config, environment);
    return certificateVerifier(config, environment);
  };

type ConfigWith<Key extends string> = Extract<SchemeConfig, { readonly [key in Key]: unknown }>;

async function jwtVerifier(
  config: ConfigWith<'algorithms'>,
  scheme: string,
  { log }: VerifierEnvironment,
): Promise<Verifier> {
  const { createJwtVerifier } = await import('./jwt/jwt-verifier.ts');
  return createJwtVerifier(config, {
    info: (fields, message) => log.info({ ...fields, scheme }, message),
    warn: (fields, message) => log.warn({ ...fields, scheme }, message),
  });
}

async function introspectionVerifier(
  config: ConfigWith<'introspection'>,
  { folder }: VerifierEnvironment,
): Promise<Verifier> {
  const { IntrospectionVerifier } = await import('./introspection/introspection-verifier.ts');
  return new IntrospectionVerifier(config, { folder });
}

/** One file has both the hashes of keys and those of passwords. */
async function keysVerifier(
  config: ConfigWith<'keysFile'>,
  { folder }: VerifierEnvironment,
): Promise<Verifier> {
  const [{ ApiKeyVerifier }, { PasswordVerifier }] = await Promise.all([
    import('./api-keys/api-key-verifier.ts'),
    import('./api-keys/password-verifier.ts'),
  ]);
  const keys = new ApiKeyVerifier(config, { folder });
  const passwords = new PasswordVerifier(config, { folder });
  return {
    verify: (credentials, place) => (place?.in === 'basic' ? passwords : keys).verify(credentials),
    known: (credentials, place) => (place?.in === 'basic' ? passwords : keys).known(credentials),
    fault: () => keys.fault(),
    close: () => {
      keys.close();
      passwords.close();
    },
  };
}

async function certificateVerifier(
  config: ConfigWith<'clientCa'>,
  { folder }: VerifierEnvironment,
): Promise<Verifier> {
  const { ClientCertificateVerifier } = await import('./client-certificate/client-certificate.ts');
  const verifier = new ClientCertificateVerifier(config, { folder });
  return {
    verify: () => ({ rejected: 'The credentials are not a certificate.', reason: 'not a certificate' }),
    verifyRequest: ({ socket, headers }, isFromTrustedProxy) => {
      const peer = tlsSocketOf(socket);
      const ofConnection = peer && verifier.verifyPeer(peer);
      return (
        ofConnection ??
        verifier.verifyHeader(headers['client-cert'] as string | undefined, isFromTrustedProxy)
      );
    },
    fault: () => verifier.fault(),
    close: () => verifier.close(),
  };
}
