/**
 * Finds the key set of an issuer by its metadata: OpenID Connect Discovery 1.0 §4, then RFC 8414 §3. The metadata has to
 * name the issuer exactly (RFC 8414 §3.3).
 */
import { isLoopbackUrl, isSecureUrl } from '../../http/uri/secure-url.ts';
import { fetchJson } from '../../outbound/fetch-json.ts';
import { isJsonObject } from './json-object.ts';

/** The places where the metadata may be, in order. */
function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** @throws Error with the reason, without an address */
export const discoverKeySet = (issuer: string, signal: AbortSignal): Promise<string> =>
  discover(issuer, readMetadata, signal);

/**
 * @param read takes what is needed from the metadata, or throws an Error with the reason
 * @throws Error with the reason, without an address
 */
export async function discover<Found>(
  issuer: string,
  read: (metadata: unknown, issuer: string) => Found,
  signal?: AbortSignal,
): Promise<Found> {
  const reasons: string[] = [];
  for (const url of metadataUrls(issuer)) {
    try {
      return read(await fetchJson(url, { ...(signal && { signal }) }), issuer);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(`its metadata cannot be read: ${[...new Set(reasons)].join('; ')}`);
}

/** @throws Error with the reason, without an address */
export const readMetadata = (metadata: unknown, issuer: string): string =>
  endpointOf(metadataOf(metadata, issuer), issuer, 'jwks_uri', 'key set');

/** @throws Error if it is not the metadata of this issuer */
export function metadataOf(metadata: unknown, issuer: string): Readonly<Record<string, unknown>> {
  if (!isJsonObject(metadata)) throw new Error('it is not a JSON object');
  if (metadata.issuer !== issuer) throw new Error('it names another issuer');
  return metadata;
}

/**
 * @param what the name of the endpoint in messages
 * @throws Error with the reason, without an address
 */
export function endpointOf(
  metadata: Readonly<Record<string, unknown>>,
  issuer: string,
  member: string,
  what: string,
): string {
  const url = metadata[member];
  if (typeof url !== 'string' || !isSecureUrl(url)) throw new Error(`it has no https URL of a ${what}`);
  // Metadata from the network must not lead to this machine.
  if (isLoopbackUrl(url) && !isLoopbackUrl(issuer)) throw new Error(`its ${what} is not on the network`);
  return url;
}
