/** What a request asks for (RFC 9112 §3.2). */
import type { IncomingMessage } from 'node:http';

/** As it came, also where a router of Express has cut its own path off. */
export const requestTarget = (req: IncomingMessage & { readonly originalUrl?: string }): string =>
  req.originalUrl ?? req.url ?? '/';

/** Path and query, also where they came with scheme and host (RFC 9112 §3.2.2). */
export const originForm = (url: string): string => {
  if (url.startsWith('/')) return url;
  const { pathname = url, search = '' } = URL.parse(url) ?? {};
  return pathname + search;
};
