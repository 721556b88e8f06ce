/** The headers in which the gateway tells a service who calls. Only the gateway may set them. */

import type { Caller } from '../contract/caller.ts';

/** In lower case. */
const IDENTITY_HEADERS: ReadonlySet<string> = new Set([
  'x-auth-subject',
  'x-auth-issuer',
  'x-auth-client',
  'x-auth-scope',
  'x-auth-identity',
]);

/** Some servers read `_` as `-`, as CGI does (RFC 3875 §4.1.18). */
export const isIdentityHeader = (name: string): boolean =>
  IDENTITY_HEADERS.has(name.toLowerCase().replaceAll('_', '-'));

/** Raw headers that name a caller. Scopes are listed for each scheme: `oauth="read write", key=""`. */
export const identityHeaders = ({ subject, issuer, client, grants }: Caller): string[] => [
  'X-Auth-Subject',
  encodeURIComponent(subject),
  ...(issuer === '' ? [] : ['X-Auth-Issuer', encodeURIComponent(issuer)]),
  ...(client === undefined ? [] : ['X-Auth-Client', encodeURIComponent(client)]),
  'X-Auth-Scope',
  [...grants].map(([scheme, scopes]) => `${scheme}="${[...scopes].join(' ')}"`).join(', '),
];
