/**
 * Decides whether clients may send requests, by lists of addresses and networks (CIDR, RFC 4632, RFC 4291 §2.3).
 *
 * Reads `X-Forwarded-For` and `Forwarded` (RFC 7239) from trusted proxies. Whatever is unclear is refused: an entry that
 * is no address, and too many entries. Where both headers name a client, both clients have to be allowed, because a proxy
 * may set one header and pass on what a client sends in the other.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';
import { addressInEntry, MAX_HOPS } from './client-address.ts';
import {
  parseAddress,
  parseNetwork,
  type TrustedProxies,
  type TrustProxy,
  trustProxy,
} from './trust-proxy.ts';

export interface AddressRules {
  /** Empty for all addresses. */
  readonly allow: readonly string[];
  /** Takes precedence. */
  readonly deny: readonly string[];
}

/** A zone (RFC 4007 §11) belongs to this host and is not part of the address. */
const withoutZone = (address: string): string => address.replace(/%.*$/s, '');

export class AddressList {
  readonly #allow: Networks | undefined;
  readonly #deny: Networks | undefined;

  constructor({ allow, deny }: AddressRules) {
    this.#allow = allow.length > 0 ? new Networks(allow) : undefined;
    this.#deny = deny.length > 0 ? new Networks(deny) : undefined;
  }

  /** @param text an address; any other text is refused */
  admits(text: string): boolean {
    const address = parseAddress(withoutZone(text));
    if (address === undefined) return false;
    const [plain, kind] = [address.toString(), address.kind()];
    return this.#deny?.has(plain, kind) !== true && this.#allow?.has(plain, kind) !== false;
  }
}

/** A list for each family: in a shared one, `::/0` would have all IPv4 addresses too. */
class Networks {
  readonly #lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const [address, prefix] = parseNetwork(text) ?? [];
      if (address === undefined || prefix === undefined) throw new Error(`not a network: ${text}`);
      const kind = address.kind();
      this.#lists[kind].addSubnet(withoutZone(address.toString()), prefix, kind);
    }
  }

  has(address: string, kind: 'ipv4' | 'ipv6'): boolean {
    return this.#lists[kind].check(address, kind);
  }
}

/** Whether the client of a request may send it. */
export type AddressCheck = (req: Pick<IncomingMessage, 'headers' | 'socket'>, list: AddressList) => boolean;

/** The longest value of a header that is read. */
const MAX_LENGTH = 2_000;
/** Number of cached header values of each list. */
const MAX_CACHED = 1_000;

export function addressCheck(config: TrustedProxies): AddressCheck {
  const trusts = trustProxy(config);
  // Where every peer is trusted, proxies cannot be told from clients.
  const isProxy: TrustProxy = config.trustedProxies === undefined ? () => false : trustProxy(config);
  // Most requests come from known clients.
  const known = new WeakMap<AddressList, Map<string, boolean>>();
  const admits = (list: AddressList, key: string, decide: () => boolean): boolean => {
    let decisions = known.get(list);
    if (decisions === undefined) {
      decisions = new Map();
      known.set(list, decisions);
    }
    let decision = decisions.get(key);
    if (decision === undefined) {
      decision = decide();
      if (decisions.size >= MAX_CACHED) decisions.clear();
      decisions.set(key, decision);
    }
    return decision;
  };
  return ({ socket: { remoteAddress = '' }, headers }, list) => {
    const chains = [headers['x-forwarded-for'], headers.forwarded].filter((chain) => chain !== undefined);
    if (chains.length === 0 || !trusts(remoteAddress))
      return admits(list, remoteAddress, () => list.admits(remoteAddress));
    return chains.every((value) => {
      const chain = String(value);
      if (chain.length > MAX_LENGTH) return false;
      return admits(list, `for ${chain}`, () => list.admits(clientInChain(chain, isProxy) ?? ''));
    });
  };
}

/** The last address that is not a proxy, or the first of all; undefined where an entry before is no address. */
function clientInChain(chain: string, isProxy: TrustProxy): string | undefined {
  const entries = chain.split(',');
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const address = addressInEntry((entries.pop() ?? '').trim());
    if (parseAddress(withoutZone(address)) === undefined) return undefined;
    if (entries.length === 0 || !isProxy(address)) return address;
  }
  return undefined;
}
