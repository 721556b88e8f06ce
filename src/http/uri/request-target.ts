/** What a request asks for (RFC 9112 §3.2). */
import type { IncomingMessage } from 'node:http';
import { validateHost } from '../server/validate-host.ts';

/** As it came, also where a router of Express has cut its own path off. */
export const requestTarget = (req: IncomingMessage & { readonly originalUrl?: string }): string =>
  req.originalUrl ?? req.url ?? '/';

const ABSOLUTE = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)(.*)$/is;

/**
 * Takes scheme and host off a target that has them. The host goes before that of `Host`, which is replaced, so that
 * every later step sees one host (RFC 9112 §3.2.2).
 * @returns why it cannot be taken; undefined where it can
 */
export function toOriginForm(req: IncomingMessage): string | undefined {
  const { url = '' } = req;
  if (url.startsWith('/') || url === '*') return undefined;
  const [, scheme = '', authority = '', rest = ''] = ABSOLUTE.exec(url) ?? [];
  if (!/^https?$/i.test(scheme)) return 'The target is neither a path nor a URL of http or https.';
  if (authority === '') return 'The target is a URL without a host.';
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
  req.headers.host = authority;
  for (let i = 0; i < req.rawHeaders.length; i += 2)
    if (req.rawHeaders[i]?.toLowerCase() === 'host') req.rawHeaders[i + 1] = authority;
  return validateHost(req);
}
