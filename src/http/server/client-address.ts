/**
 * Which client a request comes from, so that what one provokes can be told from what all meet: its address, of IPv6 the
 * network that one site has (/64, RFC 4291 §2.5.4). Credentials do not say it, as one sender can vary them at will.
 *
 * Reads `X-Forwarded-For`, or else `Forwarded` (RFC 7239), from a trusted proxy: the last entry is what that proxy saw,
 * and those before it are believed only behind further trusted ones, as a client can send what it likes.
 */
import type { IncomingMessage } from 'node:http';
import { parseAddress, type TrustedProxies, trustProxy } from './trust-proxy.ts';

export type ClientOf = (req: IncomingMessage) => string;

/** All whose address is not known are one. */
const UNKNOWN = 'unknown';

/** Entries of one header that are looked at. */
const MAX_HOPS = 16;

/** Of IPv6, with a zone. */
const MAX_ADDRESS_LENGTH = 64;

/** Headers that are kept with what they say, and the length of one. */
const MAX_CACHED = 1000;
const MAX_CACHED_LENGTH = 256;

/** Of each connection; most have several requests. */
const peers = new WeakMap<object, string>();

export function clientOf(config: TrustedProxies): ClientOf {
  const trusts = trustProxy(config);
  const { trustedProxies } = config;
  // Where every peer is believed, nothing tells a proxy of ours from what a client says.
  const isProxy = trustedProxies === undefined ? () => false : trustProxy(config);
  // Most requests come from a client that was here before.
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

/** From the last entry on, to the first that is no proxy; undefined where that is no address. */
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

/** Of `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]`, `[::1]:80`, and the same after `for=` (RFC 7239 §6), the address. */
function addressInEntry(entry: string): string {
  const node = FOR.exec(entry)?.[1] ?? entry;
  return (IN_BRACKETS.exec(node) ?? BEFORE_PORT.exec(node))?.[1] ?? node;
}

/** @returns undefined for what is no address */
function clientKey(text: string): string | undefined {
  const address = text.length > MAX_ADDRESS_LENGTH ? undefined : parseAddress(text);
  if (address === undefined || address.kind() === 'ipv4') return address?.toString();
  return `${address.toByteArray().slice(0, 8).map(hex).join('')}::/64`;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
