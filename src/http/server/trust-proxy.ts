/**
 * Which peers are believed what they say of the client before them, in `Forwarded`, `X-Forwarded-*` and the time that is
 * left: all of them, none, or those of a list of addresses and networks (CIDR, RFC 4632, RFC 4291 §2.3).
 */
import ipaddr from 'ipaddr.js';

/** @param address of the other end of the connection */
export type TrustProxy = (address: string | undefined) => boolean;

export interface TrustedProxies {
  readonly trustProxy: boolean;
  /** Addresses and networks; only these are believed where there is a list. */
  readonly trustedProxies?: readonly string[] | undefined;
}

export function trustProxy({ trustProxy: all, trustedProxies }: TrustedProxies): TrustProxy {
  if (trustedProxies === undefined) return () => all;
  const networks = trustedProxies.map(parseNetwork).filter((network) => network !== undefined);
  // Most requests come from the same proxy as the one before.
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

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Bits that all addresses of a network share, after one of them. */
type Network = readonly [address: Address, prefix: number];

/** @returns undefined for what is neither an address nor a network, such as `10.0.0.0/33` */
export function parseNetwork(text: string): Network | undefined {
  const [, addressText = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  const addressBits = address.kind() === 'ipv4' ? 32 : 128;
  // Of an IPv4 address that is written as an IPv6 one, the first 96 bits are no part.
  const mappedBits = addressBits === 32 && addressText.includes(':') ? 96 : 0;
  const prefix = bits === undefined ? addressBits : Number(bits) - mappedBits;
  return prefix >= 0 && prefix <= addressBits ? [address, prefix] : undefined;
}

/** IPv4 as it is, though the socket is an IPv6 one (RFC 4291 §2.5.5.2). */
export function parseAddress(text: string): Address | undefined {
  const isAddress = text.includes(':') ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text);
  return isAddress ? ipaddr.process(text) : undefined;
}

/** The text of an address, IPv4 as it is. */
export const withoutIpv4Mapping = (address: string): string =>
  /^::ffff:[\d.]+$/i.test(address) ? address.slice('::ffff:'.length) : address;
