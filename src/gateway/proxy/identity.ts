/**
 * Tells a service who calls. Removes from each request to it what only the gateway may say, and, if configured, the
 * credentials that the gateway has verified; then adds who the caller is. It applies to parts of expansions too,
 * because each part may go to another service.
 */
import type { Caller } from '../../contract/caller.ts';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import { withoutParameters } from '../../http/uri/query-pairs.ts';
import type { OutboundRequest } from '../../outbound/call/types.ts';
import type { Upstream } from '../../outbound/upstream.ts';
import type { CredentialPlace } from '../../security/credentials.ts';
import { isIdentityHeader } from '../../security/identity-headers.ts';

export interface IdentityOptions {
  /** The credentials to remove; empty to keep all. */
  readonly stripped: readonly CredentialPlace[];
  /** Raw headers that name the caller; undefined to say nothing about it. */
  readonly headersOf: ((caller: Caller, method: string) => readonly string[]) | undefined;
}

export function withIdentity(upstream: Upstream, options: IdentityOptions): Upstream {
  const { headersOf } = options;
  const strip = stripper(options.stripped);
  const change = (request: OutboundRequest): OutboundRequest => {
    const { path, headers } = strip(request.path, withoutIdentity(request.headers));
    const { caller } = request;
    const isSame = path === request.path && headers === request.headers;
    if (isSame && (caller === undefined || headersOf === undefined)) return request;
    return {
      ...request,
      path,
      headers: caller && headersOf ? [...headers, ...headersOf(caller, request.method)] : headers,
    };
  };
  return {
    start: (request) => upstream.start(change(request)),
    send: (request, signal) => upstream.send(change(request), signal),
  };
}

/** Most requests have none of these headers, and are not copied. */
function withoutIdentity(headers: readonly string[]): readonly string[] {
  for (let i = 0; i < headers.length; i += 2)
    if (isIdentityHeader(headers[i] as string))
      return headers.filter((_, index) => !isIdentityHeader(headers[index - (index % 2)] as string));
  return headers;
}

interface Target {
  readonly path: string;
  readonly headers: readonly string[];
}

/** Removes credentials from the places where documents say that they are. */
function stripper(places: readonly CredentialPlace[]): (path: string, headers: readonly string[]) => Target {
  const namesIn = (kind: string) =>
    places.flatMap((place) => (place.in === kind && 'name' in place ? [place.name] : []));
  const headerNames = new Set(namesIn('header'));
  if (places.some((place) => place.in === 'bearer' || place.in === 'basic')) headerNames.add('authorization');
  if (places.some((place) => place.in === 'certificate'))
    for (const name of ['client-cert', 'client-cert-chain']) headerNames.add(name);
  const cookies = new Set(namesIn('cookie'));
  const parameters = new Set(namesIn('query'));
  return (path, headers) => ({
    path: withoutParameters(path, parameters),
    headers: withoutCookies(headerNames.size === 0 ? headers : withoutHeaders(headers, headerNames), cookies),
  });
}

function withoutCookies(headers: readonly string[], names: ReadonlySet<string>): readonly string[] {
  if (names.size === 0) return headers;
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const [name = '', value = ''] = headers.slice(i, i + 2);
    if (name.toLowerCase() !== 'cookie') {
      kept.push(name, value);
      continue;
    }
    const pairs = value.split(';').filter((pair) => !names.has(pair.split('=', 1)[0]?.trim() ?? ''));
    const rest = pairs.join(';').trim();
    if (rest !== '') kept.push(name, rest);
  }
  return kept;
}
