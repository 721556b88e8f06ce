/**
 * Keeps pages of other sites from doing what the person before the browser may do (cross-site request forgery). Reads
 * `Sec-Fetch-Site` (Fetch Metadata §2.4), and where there is none `Origin` (RFC 6454), against the host that was asked
 * for; sends 403. A client that is no browser sends neither, and goes on.
 */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { Problem } from '../contract/problem.ts';
import { crossSite } from '../contract/problems.ts';
import { isFromGateway } from './headers/via.ts';
import { forwardedHost, isLocalName } from './server/allowed-hosts.ts';

/** RFC 9110 §9.2.1, and QUERY: they change nothing. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

export const isSafe = ({ method = '' }: Pick<IncomingMessage, 'method'>): boolean => SAFE_METHODS.has(method);

/** `none` is what a person does without a page, as in the address bar. */
const SAME_SITE_VALUES: ReadonlySet<string> = new Set(['same-origin', 'none']);

export interface SiteOptions {
  /** Whether the proxy before us is believed which host was asked for. */
  readonly isTrusted?: boolean;
  /** Whether a host name that is not the one of the request is of this server too. */
  readonly isOwnHost?: (name: string) => boolean;
}

/** @throws Problem cross-site (403) for a method that may change something, sent by a page of another site */
export function refuseCrossSite(req: IncomingMessage, own: SiteOptions = {}): void {
  if (!isSafe(req) && !isSameOrigin(req, own)) throw crossSiteProblem(req);
}

/**
 * For a listener whose actions need no other credentials. Over loopback a browser has to have asked for a loopback name
 * as well, as any name can be made to lead there.
 */
export const sameSite: RequestHandler = function sameSite(req, _res, next) {
  if (!isSameOrigin(req) || !usesLoopbackName(req)) throw crossSiteProblem(req);
  next();
};

/**
 * For a service: what comes through a gateway was looked at there, and a proxy may say which host was asked for. No page
 * of another site can send `Via` or `X-Forwarded-Host` (Fetch §2.2.2, §4.8).
 */
export const sameSiteOrGateway: RequestHandler = function sameSiteOrGateway(req, _res, next) {
  if (!isFromGateway(req)) refuseCrossSite(req, { isTrusted: true });
  next();
};

const crossSiteProblem = ({ method }: IncomingMessage): Problem =>
  new Problem(crossSite, `A page of another site may not send ${method} here.`);

function isSameOrigin(
  req: IncomingMessage,
  { isTrusted = false, isOwnHost: isOwnName }: SiteOptions = {},
): boolean {
  const { origin, host, 'sec-fetch-site': site } = req.headers;
  if (site !== undefined) return SAME_SITE_VALUES.has(String(site));
  if (origin === undefined) return true;
  const from = URL.parse(origin);
  // An opaque origin is `null`, which is no URL.
  if (from === null) return false;
  const requestedHost = (isTrusted && forwardedHost(req)) || host;
  return (
    from.host === URL.parse(`${from.protocol}//${requestedHost}`)?.host || isOwnName?.(from.hostname) === true
  );
}

function usesLoopbackName({ headers, socket }: IncomingMessage): boolean {
  if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) return true;
  if (!isLoopback(socket.localAddress ?? '')) return true;
  return isLocalName(URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? '');
}

const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);
