/**
 * Refuses requests that pages of other sites send with the credentials of the user (cross-site request forgery).
 *
 * Reads `Sec-Fetch-Site` (Fetch Metadata §2.4), or otherwise `Origin` (RFC 6454), and compares it with the
 * requested host. Sends 403. A client that is not a browser sends neither header and is not affected.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from '../contract/problem.ts';
import { crossSite } from '../contract/problems.ts';
import { isFromGateway } from './headers/via.ts';
import { forwardedHost, isLocalName } from './server/allowed-hosts.ts';

/** Safe methods (RFC 9110 §9.2.1), and QUERY. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

export const isSafe = ({ method = '' }: Pick<IncomingMessage, 'method'>): boolean => SAFE_METHODS.has(method);

/** `none` stands for a user action without a page, such as typing into the address bar. */
const SAME_SITE_VALUES: ReadonlySet<string> = new Set(['same-origin', 'none']);

export interface SiteOptions {
  /** Whether `X-Forwarded-Host` of the proxy is trusted. */
  readonly isTrusted?: boolean;
  /** Whether a host name other than the requested one belongs to this server too. */
  readonly isOwnHost?: (name: string) => boolean;
}

/** @throws Problem cross-site (403) for an unsafe method, sent by a page of another site */
export function refuseCrossSite(req: IncomingMessage, own: SiteOptions = {}): void {
  if (!isSafe(req) && !isSameOrigin(req, own)) throw crossSiteProblem(req);
}

/**
 * For a listener whose actions need no other credentials. Over loopback, a browser must also have requested a
 * loopback name, because any name can resolve to a loopback address.
 */
export const sameSite: RequestHandler = function sameSite(req, _res, next) {
  if (!isSameOrigin(req) || !usesLoopbackName(req)) throw crossSiteProblem(req);
  next();
};

/**
 * For a service: the gateway has already checked the requests that it forwards, and a proxy may say which host was
 * requested. No page of another site can send `Via` or `X-Forwarded-Host` (Fetch §2.2.2, §4.8).
 */
export const sameSiteOrGateway: RequestHandler = function sameSiteOrGateway(req, _res, next) {
  if (!isFromGateway(req)) refuseCrossSite(req, { isTrusted: true });
  next();
};

const crossSiteProblem = ({ method }: IncomingMessage): Problem =>
  new Problem(crossSite, `Pages of another site may not send ${method} requests to this server.`);

/** Whether a page of this server sent the request, or no page did. */
export function isSameOrigin(
  req: IncomingMessage,
  { isTrusted = false, isOwnHost }: SiteOptions = {},
): boolean {
  const { origin, host, 'sec-fetch-site': site } = req.headers;
  if (site !== undefined) return SAME_SITE_VALUES.has(String(site));
  if (origin === undefined) return true;
  const from = URL.parse(origin);
  // An opaque origin is `null`, which is not a URL.
  if (from === null) return false;
  const requestedHost = (isTrusted && forwardedHost(req)) || host;
  return (
    from.host === URL.parse(`${from.protocol}//${requestedHost}`)?.host || isOwnHost?.(from.hostname) === true
  );
}

function usesLoopbackName({ headers, socket }: IncomingMessage): boolean {
  if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) return true;
  if (!isLoopback(socket.localAddress ?? '')) return true;
  return isLocalName(URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? '');
}

const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);
