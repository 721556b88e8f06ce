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
export async function discoverKeySet(issuer: string, signal: AbortSignal): Promise<string> {
  const reasons: string[] = [];
  for (const url of metadataUrls(issuer)) {
    try {
      return readMetadata(await fetchJson(url, { signal }), issuer);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(`its metadata cannot be read: ${[...new Set(reasons)].join('; ')}`);
}

/** @throws Error with the reason, without an address */
export function readMetadata(metadata: unknown, issuer: string): string {
  if (!isJsonObject(metadata)) throw new Error('it is not a JSON object');
  if (metadata.issuer !== issuer) throw new Error('it names another issuer');
  const url = metadata.jwks_uri;
  if (typeof url !== 'string' || !isSecureUrl(url)) throw new Error('it has no https URL of a key set');
  // Metadata from the network must not lead to this machine.
  if (isLoopbackUrl(url) && !isLoopbackUrl(issuer)) throw new Error('its key set is not on the network');
  return url;
}
