/** Which addresses a host name has: where there are several, each is an instance. */
import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** As everything else on this machine does it, `/etc/hosts` included; it does not tell how long an answer holds. */
export const lookup: Lookup = (host) => systemLookup(host, { all: true, order: 'verbatim' });

/** Whether it may come to mean something else. */
export const isResolvable = (host: string): boolean =>
  isIP(host.replace(/^\[|\]$/g, '')) === 0 && !/(?:^|\.)localhost$/.test(host);

/** For a connection: whatever its host is called, it goes to one of these. */
export const createLookup =
  (addresses: () => Promise<readonly LookupAddress[]>): LookupFunction =>
  (_host, { all }, found) => {
    addresses().then(
      (some) => {
        const [first] = some;
        if (first === undefined) found(new Error('No address was found.'), []);
        else if (all) found(null, [...some]);
        else found(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => found(error, []),
    );
  };

/**
 * Those that are instances: of one family, as an instance that has both is found in both.
 *
 * @param known the instances now
 * @returns undefined where the name stands for one, and Node may choose between its families
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
