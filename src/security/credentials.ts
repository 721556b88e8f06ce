/** Finds credentials in a request, where the security scheme of the document says that they are (OpenAPI 3.1 §4.8.27). */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../contract/problem.ts';
import { badRequest } from '../contract/problems.ts';

export type CredentialPlace =
  /** `Authorization: Bearer` (RFC 6750 §2.1). */
  | { readonly in: 'bearer' }
  /** `Authorization: Basic` (RFC 7617). */
  | { readonly in: 'basic' }
  /** `name` is in lower case for a header. */
  | { readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  /** The certificate of the connection. */
  | { readonly in: 'certificate' };

/** The parts of a request that have credentials. */
export type CredentialSource = Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url' | 'socket'>;

/**
 * The credentials as the client sent them: the text after the name of the scheme, or the value of the key.
 * @returns undefined if there are none
 * @throws Problem bad-request (400) for several: the service may use others than the gateway
 */
export function findCredentials(place: CredentialPlace, request: CredentialSource): string | undefined {
  switch (place.in) {
    case 'bearer':
    case 'basic':
      return authorizationOf(place.in, request);
    case 'header':
      return single(headerValues(place.name, request), `the header ${place.name}`);
    case 'query':
      return single(queryValues(place.name, request.url ?? ''), `the query parameter ${place.name}`);
    case 'cookie':
      return single(cookieValues(place.name, request.headers.cookie), `the cookie ${place.name}`);
    case 'certificate':
      return undefined;
  }
}

const SCHEME = /^([a-z]+)(?: +(.*))?$/i;
/** What most clients send. */
const BEARER = 'Bearer ';

function authorizationOf(scheme: 'bearer' | 'basic', request: CredentialSource): string | undefined {
  if (request.headers.authorization === undefined) return undefined;
  const value = single(headerValues('authorization', request), 'the header Authorization') ?? '';
  if (value.startsWith(BEARER) && value[BEARER.length] !== ' ')
    return scheme === 'bearer' ? value.slice(BEARER.length) : undefined;
  const [, name = '', credentials = ''] = SCHEME.exec(value) ?? [];
  return name.toLowerCase() === scheme ? credentials : undefined;
}

function single(values: readonly string[], what: string): string | undefined {
  if (values.length > 1) throw new Problem(badRequest, `The request has ${what} more than once.`);
  return values[0];
}

function headerValues(name: string, { headers, rawHeaders }: CredentialSource): string[] {
  if (headers[name] === undefined) return [];
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const raw = rawHeaders[i] as string;
    if (raw.length === name.length && raw.toLowerCase() === name)
      values.push((rawHeaders[i + 1] as string).trim());
  }
  return values;
}

function queryValues(name: string, url: string): string[] {
  const at = url.indexOf('?');
  return at < 0 ? [] : new URLSearchParams(url.slice(at)).getAll(name);
}

function cookieValues(name: string, cookie = ''): string[] {
  return cookie.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at >= 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
}

/** The names of the request headers with credentials. A query belongs to the URL, and a certificate to the connection. */
export function credentialHeaders(places: Iterable<CredentialPlace>): string[] {
  const names = [...places].flatMap((place) => {
    switch (place.in) {
      case 'bearer':
      case 'basic':
        return ['Authorization'];
      case 'cookie':
        return ['Cookie'];
      case 'header':
        return [place.name];
      default:
        return [];
    }
  });
  return [...new Set(names)];
}
