/**
 * Decides which peers are trusted to describe the client before them, in `Forwarded`, `X-Forwarded-*` and the
 * deadline: all peers, none, or those of a list of addresses and networks (CIDR, RFC 4632, RFC 4291 §2.3).
 */
import ipaddr from 'ipaddr.js';

/** @param address of the peer */
export type TrustProxy = (address: string | undefined) => boolean;

export interface TrustedProxies {
  readonly trustProxy: boolean;
  /** Addresses and networks. Where there is a list, only these are trusted. */
  readonly trustedProxies?: readonly string[] | undefined;
}

export function trustProxy({ trustProxy: all, trustedProxies }: TrustedProxies): TrustProxy {
  if (trustedProxies === undefined) return () => all;
  const networks = trustedProxies.map(parseNetwork).filter((network) => network !== undefined);
  // Most requests come from the same proxy as the previous one.
  let last: string | undefined;
  let isTrusted = false;
  return (text = '') => {
    if (text === last) return isTrusted;
    const address = parseAddress(text);
    last = text;
    isTrusted = networks.some(
      ([network, prefix]) => network.kind() === address?.kind() && address.match(network, prefix),
    );
    return isTrusted;
  };
}

/** What to write instead of `trustProxy`; undefined where it has no effect. */
export const trustProxyWarning = ({ trustProxy: all, trustedProxies }: TrustedProxies): string | undefined =>
  all && trustedProxies === undefined
    ? '`trustProxy: true` trusts every peer, so that any client that reaches the gateway directly can forge its address, host and scheme; replace it with the addresses of your proxies, such as `trustedProxies: [10.0.0.0/8]`'
    : undefined;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** `prefix` is the number of leading bits that all addresses of the network share. */
type Network = readonly [address: Address, prefix: number];

/** @returns undefined for text that is neither an address nor a network, such as `10.0.0.0/33` */
export function parseNetwork(text: string): Network | undefined {
  const [, addressText = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  const addressBits = address.kind() === 'ipv4' ? 32 : 128;
  // The first 96 bits of an IPv4-mapped IPv6 address are not part of the IPv4 address.
  const mappedBits = addressBits === 32 && addressText.includes(':') ? 96 : 0;
  const prefix = bits === undefined ? addressBits : Number(bits) - mappedBits;
  return prefix >= 0 && prefix <= addressBits ? [address, prefix] : undefined;
}

/** Parses an address. IPv4-mapped IPv6 addresses of dual-stack sockets become IPv4 (RFC 4291 §2.5.5.2). */
export function parseAddress(text: string): Address | undefined {
  const isAddress = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isAddress ? ipaddr.process(text) : undefined;
}

/** The text of an address, without the prefix of IPv4-mapped addresses. */
export const withoutIpv4Mapping = (address: string): string =>
  /^::ffff:[\d.]+$/i.test(address) ? address.slice('::ffff:'.length) : address;
