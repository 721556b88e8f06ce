/** Where Swagger UI gets tokens for the document that it shows: the servers that its page may connect to. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isSecureUrl } from '../../../http/uri/secure-url.ts';
import { isObject } from '../../../openapi/load/grammar.ts';

/** The origins of token endpoints of OAuth flows (OpenAPI 3.1 §4.8.29), and of OpenID Connect metadata that names them. */
export function tokenOrigins({ components }: Pick<OpenAPIObject, 'components'>): string[] {
  const schemes = Object.values<unknown>(components?.securitySchemes ?? {}).filter(isObject);
  const urls = schemes.flatMap(({ type, flows, openIdConnectUrl }) => {
    if (type === 'openIdConnect') return [openIdConnectUrl];
    if (type !== 'oauth2' || !isObject(flows)) return [];
    return Object.values(flows).flatMap((flow) => (isObject(flow) ? [flow.tokenUrl] : []));
  });
  const secure = urls.filter((url): url is string => typeof url === 'string' && isSecureUrl(url));
  return [...new Set(secure.map((url) => new URL(url).origin))];
}
