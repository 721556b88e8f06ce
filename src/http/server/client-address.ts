/**
 * Identifies the client of a request, so that failures caused by one client can be told from those that all meet.
 * It is the address, or for IPv6 the network of one site (/64, RFC 4291 §2.5.4). Credentials do not identify it,
 * because one sender can vary them at will.
 *
 * Reads `X-Forwarded-For`, or otherwise `Forwarded` (RFC 7239), from a trusted proxy. The last entry is what that
 * proxy saw. Earlier entries are believed only behind further trusted proxies, because a client can send any value.
 */
import type { IncomingMessage } from 'node:http';
import { parseAddress, type TrustedProxies, trustProxy } from './trust-proxy.ts';

export type ClientOf = (req: IncomingMessage) => string;

/** All clients without a known address count as one. */
const UNKNOWN = 'unknown';

/** Maximum number of entries of one header that are read. */
export const MAX_HOPS = 16;

/** Long enough for IPv6 with a zone. */
const MAX_ADDRESS_LENGTH = 64;

/** Number of cached header values, and the length of one. */
const MAX_CACHED = 1000;
const MAX_CACHED_LENGTH = 256;

/** Cached for each connection, because most connections have several requests. */
const peers = new WeakMap<object, string>();

export function clientOf(config: TrustedProxies): ClientOf {
  const trusts = trustProxy(config);
  const { trustedProxies } = config;
  // Where every peer is trusted, proxies cannot be told from clients.
  const isProxy = trustedProxies === undefined ? () => false : trustProxy(config);
  // Most requests come from known clients.
  const cache = new Map<string, string | undefined>();
  const cachedClient = (chain: string): string | undefined => {
    if (cache.has(chain)) return cache.get(chain);
    const client = clientInChain(chain, isProxy);
    if (cache.size >= MAX_CACHED) cache.clear();
    if (chain.length <= MAX_CACHED_LENGTH) cache.set(chain, client);
    return client;
  };
  return ({ socket, headers }) => {
    const { remoteAddress } = socket;
    const chain = headers['x-forwarded-for'] ?? headers.forwarded;
    if (chain !== undefined && trusts(remoteAddress)) {
      const forwarded = cachedClient(String(chain));
      if (forwarded !== undefined) return forwarded;
    }
    let peer = peers.get(socket);
    if (peer === undefined) {
      peer = clientKey(remoteAddress ?? '') ?? UNKNOWN;
      peers.set(socket, peer);
    }
    return peer;
  };
}

/** Reads from the last entry to the first that is not a proxy; undefined where that is not an address. */
function clientInChain(chain: string, isProxy: (address: string) => boolean): string | undefined {
  let rest = chain;
  let client: string | undefined;
  for (let hop = 0; hop < MAX_HOPS && rest !== ''; hop++) {
    const at = rest.lastIndexOf(',');
    const address = addressInEntry(rest.slice(at + 1).trim());
    const found = clientKey(address);
    if (found === undefined || !isProxy(address)) return found ?? client;
    client = found;
    rest = rest.slice(0, Math.max(0, at));
  }
  return client;
}

const FOR = /(?:^|;)\s*for\s*=\s*"?([^";\s]*)/i;
const IN_BRACKETS = /^\[([^\]]*)\](?::\d+)?$/;
const BEFORE_PORT = /^([\d.]+):\d+$/;

/**
 * Extracts the address of an entry: `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]`, `[::1]:80`, and the same after `for=`
 * (RFC 7239 §6).
 */
export function addressInEntry(entry: string): string {
  const node = FOR.exec(entry)?.[1] ?? entry;
  return (IN_BRACKETS.exec(node) ?? BEFORE_PORT.exec(node))?.[1] ?? node;
}

/** @returns undefined for text that is not an address */
function clientKey(text: string): string | undefined {
  const address = text.length > MAX_ADDRESS_LENGTH ? undefined : parseAddress(text);
  if (address === undefined || address.kind() === 'ipv4') return address?.toString();
  return `${address.toByteArray().slice(0, 8).map(hex).join('')}::/64`;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
