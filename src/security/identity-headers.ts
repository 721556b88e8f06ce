/**
 * The headers in which the gateway tells a service who calls. Only the gateway may set them.
 *
 *     X-Auth-Subject: anna
 *     X-Auth-Issuer: https%3A%2F%2Fidp.example
 *     X-Auth-Client: shop
 *     X-Auth-Scope: oauth="orders:read orders:write", key=""
 *
 * Values are percent-encoded UTF-8 (RFC 3986 §2.1), so that a value is never taken for two, or for another. Scopes are
 * listed for each scheme, whose name is that of the document of the service. A request without `X-Auth-Subject` is
 * anonymous.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Caller, NO_GRANTS } from '../contract/caller.ts';
import { callerId } from './caller-id.ts';
import { IDENTITY_TOKEN_HEADER } from './identity-token.ts';

/** In lower case. */
const IDENTITY_HEADERS = [
  'x-auth-subject',
  'x-auth-issuer',
  'x-auth-client',
  'x-auth-scope',
  IDENTITY_TOKEN_HEADER.toLowerCase(),
];

const PATTERN = new RegExp(
  `^(?:${IDENTITY_HEADERS.map((name) => name.replaceAll('-', '[^a-z0-9]')).join('|')})$`,
  'i',
);

const SHORTEST = Math.min(...IDENTITY_HEADERS.map(({ length }) => length));
const LOWER_X = 0x78;
const UPPER_X = 0x58;

/**
 * CGI variables have `_` for `-` (RFC 3875 §4.1.18), and some servers write `_` for every character that is neither a letter
 * nor a digit. So a header that differs from an identity header in such characters may be taken for it.
 */
export function isIdentityHeader(name: string): boolean {
  // It is called for every header of every request, and most begin with another letter.
  const first = name.charCodeAt(0);
  return (first === LOWER_X || first === UPPER_X) && name.length >= SHORTEST && PATTERN.test(name);
}

/** Raw headers that name a caller. Its claims and the end of its credentials are not among them. */
export const identityHeaders = ({ subject, issuer, client, grants }: Caller): string[] => [
  'X-Auth-Subject',
  encode(subject),
  ...(issuer === '' ? [] : ['X-Auth-Issuer', encode(issuer)]),
  ...(client === undefined ? [] : ['X-Auth-Client', encode(client)]),
  'X-Auth-Scope',
  [...grants]
    .map(([scheme, scopes]) => `${encode(scheme)}="${[...scopes].map(encodeScope).join(' ')}"`)
    .join(', '),
];

/**
 * The caller of a request that came from the gateway.
 * @returns undefined for an anonymous request; `malformed` for headers that `identityHeaders` cannot have written
 */
export function callerFromHeaders(headers: IncomingHttpHeaders): Caller | undefined | 'malformed' {
  const values = ['subject', 'issuer', 'client', 'scope'].map((name) => headers[`x-auth-${name}`]);
  const [subjectText, issuerText = '', clientText, scopeText = ''] = values as (string | undefined)[];
  if (subjectText === undefined) return values.some((value) => value !== undefined) ? 'malformed' : undefined;
  const subject = decode(subjectText);
  const issuer = decode(issuerText);
  const client = clientText === undefined ? undefined : decode(clientText);
  const grants = grantsOf(scopeText);
  const isComplete = clientText === undefined || client !== undefined;
  if (subject === undefined || issuer === undefined || grants === undefined || !isComplete)
    return 'malformed';
  const [scheme = ''] = grants.keys();
  return {
    id: callerId([{ scheme, issuer, subject, client }]),
    issuer,
    subject,
    client,
    grants,
    expiresAt: Number.POSITIVE_INFINITY,
    claims: {},
  };
}

const ENTRY = /^([^\s",=]+)="([^"]*)"$/;

function grantsOf(text: string): Caller['grants'] | undefined {
  if (text === '') return NO_GRANTS;
  const grants = new Map<string, ReadonlySet<string>>();
  for (const entry of text.split(', ')) {
    const [, name, list] = ENTRY.exec(entry) ?? [];
    const scheme = name === undefined ? undefined : decode(name);
    const scopes = list === undefined || list === '' ? [] : list.split(' ').map(decode);
    if (scheme === undefined || grants.has(scheme) || !scopes.every(Boolean)) return undefined;
    grants.set(scheme, new Set(scopes as string[]));
  }
  return grants;
}

/** The text of a token may have half of a surrogate pair, which UTF-8 cannot express: it becomes `%uD800`. */
const encode = (text: string): string =>
  text.isWellFormed()
    ? encodeURIComponent(text)
    : [...text]
        .map((character) => (character.isWellFormed() ? encodeURIComponent(character) : half(character)))
        .join('');

const half = (character: string): string => `%u${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Scopes keep the characters that they have in OAuth (RFC 6749 §3.3), so that services can compare them as they are. */
const encodeScope = (scope: string): string => (/^[!#$&-+\--[\]-~]+$/.test(scope) ? scope : encode(scope));

const ENCODED = /^(?:[!#$&-+\--[\]-~]|%[0-9A-Fa-f]{2}|%uD[89A-F][0-9A-F]{2})*$/;

function decode(text: string): string | undefined {
  if (!ENCODED.test(text)) return undefined;
  try {
    return decodeURIComponent(
      text.replaceAll(/%u(D[89A-F][0-9A-F]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      ),
    );
  } catch {
    return undefined;
  }
}
