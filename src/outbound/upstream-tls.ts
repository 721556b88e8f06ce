/** The certificates for TLS connections to one service: read from their files, and given to the connections. */
import { createSecureContext } from 'node:tls';
import { toConfigError } from '../config/config-error.ts';
import type { UpstreamTlsConfig } from '../config/policies/tls.ts';
import { readIssuers, readKeyPair } from '../config/tls/certificate-files.ts';

export interface UpstreamTls {
  /** Trusted issuers as PEM; undefined for those of Node.js. */
  readonly ca?: string;
  /** The certificate of this process as PEM, with its key. */
  readonly cert?: string;
  readonly key?: string;
  /** The name in the certificate of the service. */
  readonly serverName?: string;
}

export interface ServiceWithTls {
  readonly name: string;
  readonly tlsFiles?: UpstreamTlsConfig | undefined;
}

/** @throws ConfigError with one line, where the files cannot be used */
export async function readUpstreamTls({ name, tlsFiles }: ServiceWithTls): Promise<UpstreamTls | undefined> {
  if (tlsFiles === undefined) return undefined;
  const at = `services.${name}.tls`;
  const { ca, certificate, key, serverName } = tlsFiles;
  const issuers = ca === undefined ? undefined : await readIssuers({ key: `${at}.ca`, path: ca });
  const pair =
    certificate === undefined || key === undefined
      ? undefined
      : await readKeyPair({ key: `${at}.certificate`, path: certificate }, { key: `${at}.key`, path: key });
  const tls: UpstreamTls = {
    ...(issuers !== undefined && { ca: issuers }),
    ...(pair && { cert: pair.cert, key: pair.key }),
    ...(serverName !== undefined && { serverName }),
  };
  try {
    // OpenSSL refuses more than is checked above, such as keys that are too short.
    createSecureContext(secureContextOf(tls));
  } catch (error) {
    throw toConfigError(error, `${at}: cannot be used`);
  }
  return tls;
}

/** The files of a service, for watching them. */
export const upstreamTlsPlaces = ({ tlsFiles }: ServiceWithTls): readonly string[] => {
  const { ca, certificate, key } = tlsFiles ?? {};
  return [ca, certificate, key].filter((path) => path !== undefined);
};

const secureContextOf = ({ ca, cert, key }: UpstreamTls) => ({
  ...(ca !== undefined && { ca }),
  ...(cert !== undefined && { cert, key }),
});

/** The options of a connection. */
export const connectOptions = (tls: UpstreamTls = {}) => ({
  ...secureContextOf(tls),
  ...(tls.serverName !== undefined && { servername: tls.serverName }),
});

/**
 * The certificates for a document of a service. Documents on other servers are fetched without them, because the
 * issuers and the name of a service do not apply there.
 */
export async function documentTls(
  place: string,
  service: ServiceWithTls & { readonly urls?: readonly string[] },
): Promise<UpstreamTls | undefined> {
  if (service.tlsFiles === undefined) return undefined;
  const origin = URL.parse(place)?.origin;
  const isOwn = (service.urls ?? []).some((url) => URL.parse(url)?.origin === origin);
  return isOwn ? readUpstreamTls(service) : undefined;
}
