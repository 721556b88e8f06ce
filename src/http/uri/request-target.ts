/** The target of a request (RFC 9112 §3.2). */

import type { IncomingMessage } from 'node:http';
import { replaceValues } from '../headers/raw-headers.ts';
import { validateHost } from '../server/validate-host.ts';

/** The unchanged target, also where an Express router has removed its own path. */
export const requestTarget = (req: IncomingMessage & { readonly originalUrl?: string }): string =>
  req.originalUrl ?? req.url ?? '/';

const ABSOLUTE = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)(.*)$/is;

/**
 * Turns an absolute target into a path. Its host replaces that of `Host`, so that every later step sees one host
 * (RFC 9112 §3.2.2).
 * @returns the fault; undefined where the target is valid
 */
export function toOriginForm(req: IncomingMessage): string | undefined {
  const { url = '' } = req;
  if (url.startsWith('/') || url === '*') return undefined;
  const [, scheme = '', authority = '', rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (!/^https?$/i.test(scheme)) return 'The request target is neither a path nor an http or https URL.';
  if (authority === '') return 'The request target is a URL without a host.';
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  req.headers.host = authority;
  replaceValues(req.rawHeaders, 'host', () => authority);
  return validateHost(req);
}
