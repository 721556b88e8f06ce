/** Reads the security schemes of a document: where the credentials of each are in a request. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from '../openapi/load/grammar.ts';
import type { CredentialPlace } from './credentials.ts';

/** @returns by name; a text says why the gateway cannot read the credentials of a scheme */
export function schemesOf(document: OpenAPIObject): ReadonlyMap<string, CredentialPlace | string> {
  const root = document as unknown as Json;
  const components = isObject(root.components) ? root.components : {};
  const schemes = isObject(components.securitySchemes) ? components.securitySchemes : {};
  return new Map(Object.keys(schemes).map((name) => [name, placeOf(resolve(schemes, name))]));
}

const REFERENCE = '#/components/securitySchemes/';

/** Follows references to other schemes, a few at most. */
function resolve(schemes: Json, name: string): unknown {
  let scheme = schemes[name];
  for (let hops = 0; hops < 10 && isObject(scheme) && typeof scheme.$ref === 'string'; hops++) {
    if (!scheme.$ref.startsWith(REFERENCE)) return undefined;
    scheme = schemes[scheme.$ref.slice(REFERENCE.length)];
  }
  return scheme;
}

function placeOf(scheme: unknown): CredentialPlace | string {
  if (!isObject(scheme)) return 'is not a security scheme';
  const { type, scheme: http, in: place, name } = scheme;
  switch (type) {
    case 'http': {
      const word = String(http).toLowerCase();
      if (word === 'bearer' || word === 'basic') return { in: word };
      return `uses the HTTP authentication scheme ${word}, which the gateway does not support`;
    }
    case 'oauth2':
    case 'openIdConnect':
      return { in: 'bearer' };
    case 'mutualTLS':
      return { in: 'certificate' };
    case 'apiKey':
      if (typeof name !== 'string' || name === '') return 'is an API key without a name';
      if (place === 'header') return { in: 'header', name: name.toLowerCase() };
      if (place === 'query' || place === 'cookie') return { in: place, name };
      return 'is an API key with an unknown place';
    default:
      return `has the unknown type ${String(type)}`;
  }
}
