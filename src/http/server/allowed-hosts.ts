/**
 * For which host names a listener takes requests. A web page can point a name of its own at a loopback address (DNS
 * rebinding): its browser then takes what answers there for that page's server. Such a request says whose name it used,
 * in `Host`, or in `X-Forwarded-Host` where a trusted proxy stands before.
 *
 * Without a list a listener on a loopback address takes loopback names, and one that others can reach takes any name.
 * Addresses are always taken, since no name leads a browser to them.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { TrustProxy } from './trust-proxy.ts';

export interface HostRules {
  /** Names, with a dot before those that stand for their subdomains as well; `*` is any. */
  readonly allowed?: readonly string[] | undefined;
  /** Names that are taken beside loopback names, where there is no list. */
  readonly ownNames?: readonly string[];
  readonly isTrustedProxy?: TrustProxy;
}

/** @returns why it is refused; undefined where it is taken */
export type HostGuard = (req: IncomingMessage) => string | undefined;

const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d*)?$/;

/**
 * @param listensOn the address or name that was given to listen on
 * @param rules as they are now: the configuration can change while the process runs
 */
export function hostGuard(listensOn: string, rules: () => HostRules = () => ({})): HostGuard {
  const isLoopback = isLoopbackName(listensOn);
  return (req) => {
    const { allowed, ownNames: own = [], isTrustedProxy: trusts } = rules();
    const isTrusted = trusts?.(req.socket.remoteAddress) ?? false;
    if (allowed === undefined && (!isLoopback || isTrusted)) return undefined;
    const host = (isTrusted && forwardedHost(req)) || req.headers.host || '';
    // No browser leaves it out.
    if (host === '' || LOOPBACK_HOST.test(host)) return undefined;
    const name = hostName(host);
    if (isLocalName(name) || name === listensOn.toLowerCase() || isHostAllowed(allowed ?? own, name))
      return undefined;
    return `${host} is no host of this server; name it in \`allowedHosts\` of gateway.yaml if it is.`;
  };
}

/** What the proxy that is nearest to the client says. */
export const forwardedHost = ({ headers }: IncomingMessage): string | undefined =>
  String(headers['x-forwarded-host'] ?? '')
    .split(',', 1)[0]
    ?.trim();

/** In lower case, without port and the dot of the root; IPv6 in brackets. */
const hostName = (host: string): string => (URL.parse(`http://${host}`)?.hostname ?? '').replace(/\.$/, '');

/** Of a URL, which writes IPv6 in brackets and IPv4 with four numbers. */
export const isLocalName = (name: string): boolean => /(?:^|\.)localhost$|^\[|^[\d.]+$/.test(name);

export const isHostAllowed = (allowed: readonly string[], name: string): boolean =>
  allowed.some((one) => matchesHost(name, one));

function matchesHost(name: string, allowed: string): boolean {
  if (allowed === '*') return true;
  const pattern = allowed.toLowerCase();
  return pattern.startsWith('.') ? name === pattern.slice(1) || name.endsWith(pattern) : name === pattern;
}

const isLoopbackName = (host: string): boolean =>
  ipaddr.isValid(host) ? ipaddr.process(host).range() === 'loopback' : /(?:^|\.)localhost\.?$/i.test(host);
