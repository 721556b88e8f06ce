/**
 * Decides which host names a listener accepts. A web page can resolve a name of its own to a loopback address (DNS
 * rebinding): the browser then treats the responses as those of the page's server. Such a request has the foreign
 * name in `Host`, or in `X-Forwarded-Host` behind a trusted proxy.
 *
 * Without a list, a listener on a loopback address accepts loopback names only, and one that others can reach
 * accepts any name. IP addresses are always accepted, because no name leads a browser to them.
 */
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { TrustProxy } from './trust-proxy.ts';

export interface HostRules {
  /** Host names. A leading dot includes subdomains; `*` is any name. */
  readonly allowed?: readonly string[] | undefined;
  /** Names that are accepted besides loopback names, where there is no list. */
  readonly ownNames?: readonly string[];
  readonly isTrustedProxy?: TrustProxy;
}

/** @returns the reason for a refusal; undefined where the request is accepted */
export type HostGuard = (req: IncomingMessage) => string | undefined;

const LOOPBACK_HOST = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d*)?$/;

/**
 * @param listensOn the configured address or name
 * @param rules returns the current rules: the configuration can change at run time
 */
export function hostGuard(listensOn: string, rules: () => HostRules = () => ({})): HostGuard {
  const isLoopback = isLoopbackName(listensOn);
  return (req) => {
    const { allowed, ownNames = [], isTrustedProxy } = rules();
    const isTrusted = isTrustedProxy?.(req.socket.remoteAddress) ?? false;
    if (allowed === undefined && (!isLoopback || isTrusted)) return undefined;
    const isAccepted = (host: string): boolean => {
      if (LOOPBACK_HOST.test(host)) return true;
      const name = hostName(host);
      return (
        isLocalName(name) || name === listensOn.toLowerCase() || isHostAllowed(allowed ?? ownNames, name)
      );
    };
    const hosts = (isTrusted && forwardedHosts(req)) || [req.headers.host ?? ''];
    // Browsers always send it.
    const host = hosts.find((one) => one !== '' && !isAccepted(one));
    if (host === undefined) return undefined;
    return `${host} is not a host of this server. If it should be, add it to \`allowedHosts\` in gateway.yaml.`;
  };
}

/**
 * Every host that proxies forward. Some proxies append theirs to what the client sends, so that a page with a foreign name
 * could put an allowed one before it.
 */
function forwardedHosts({ headers }: IncomingMessage): string[] | undefined {
  const hosts = String(headers['x-forwarded-host'] ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter(Boolean);
  return hosts.length > 0 ? hosts : undefined;
}

/** The host as the proxy nearest to the client saw it. */
export const forwardedHost = ({ headers }: IncomingMessage): string | undefined =>
  String(headers['x-forwarded-host'] ?? '')
    .split(',', 1)[0]
    ?.trim();

/** In lower case, without port and trailing dot; IPv6 in brackets. */
const hostName = (host: string): string => (URL.parse(`http://${host}`)?.hostname ?? '').replace(/\.$/, '');

/** Expects a host name of a URL, which has IPv6 in brackets and IPv4 as four numbers. */
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
