/** Finds where clients send credentials according to the document (OpenAPI 3.1 §4.8.27), for all operations together. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import type { CredentialPlaces } from '../../outbound/http-cache/cache-request.ts';
import { type JsonNode, resolvePath } from '../validation/schema/json-node.ts';

export function credentialPlaces(document: OpenAPIObject): CredentialPlaces {
  const root = document as unknown as Json;
  const top: JsonNode = { node: root, pointer: '#' };
  const names = document.components?.securitySchemes;
  const schemes = Object.keys(isObject(names) ? names : {}).flatMap((name): Json[] => {
    const scheme = resolvePath(root, top, 'components', 'securitySchemes', name);
    return scheme === undefined ? [] : [scheme.node];
  });
  const keysIn = (place: string) =>
    schemes.filter((scheme) => scheme.in === place).map((scheme) => String(scheme.name));
  return {
    headers: new Set(keysIn('header').map((name) => name.toLowerCase())),
    query: new Set(keysIn('query')),
    isHidden: schemes.some(({ type }) => type === 'mutualTLS'),
  };
}
