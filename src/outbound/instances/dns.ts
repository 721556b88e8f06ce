/** Looks up the addresses of host names: where a name has several, each is an instance. */
import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** Uses the resolver of the system, `/etc/hosts` included, which does not report a time to live. */
export const lookup: Lookup = (host) => systemLookup(host, { all: true, order: 'verbatim' });

/** Whether the addresses of a host can change. */
export const isResolvable = (host: string): boolean =>
  isIP(host.replace(/^\[|\]$/g, '')) === 0 && !/(?:^|\.)localhost$/.test(host);

/** Creates a lookup for connections that returns these addresses, whatever the host name is. */
export const createLookup =
  (addresses: () => Promise<readonly LookupAddress[]>): LookupFunction =>
  (_host, { all }, callback) => {
    addresses().then(
      (resolved) => {
        const [first] = resolved;
        if (first === undefined) callback(new Error('No address was found.'), []);
        else if (all) callback(null, [...resolved]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

/**
 * The addresses that are instances: those of one family, as an instance with both families appears in each.
 * @param known the addresses of the current instances
 * @returns undefined where the name stands for one instance, so that Node may choose between its families
 */
export function instanceAddresses(
  found: readonly LookupAddress[],
  known: readonly string[],
): readonly LookupAddress[] | undefined {
  const unique = [...new Map(found.map((one) => [one.address, one])).values()];
  const families = [...Map.groupBy(unique, ({ family }) => family).values()];
  if (known.length === 0) return families.find(({ length }) => length > 1);
  return families.find((all) => all.some(({ address }) => known.includes(address))) ?? families[0];
}
