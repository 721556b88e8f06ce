/** The section `addresses` of `gateway.yaml` and of a service: which clients may send requests, by their address. */
import { z } from 'zod';
import { parseNetwork } from '../../http/server/trust-proxy.ts';

/** An address or a network (CIDR). */
export const network = z.string().refine((text) => parseNetwork(text) !== undefined, {
  error: ({ input }) => `expected an address or a network such as 10.0.0.0/8, got ${input}`,
});

export const addressesSchema = z.strictObject({
  allow: z
    .array(network)
    .default([])
    .describe(
      'Addresses and networks whose clients may send requests, such as `[10.0.0.0/8, "2001:db8::/32"]`. Empty for all. Others get 403, except for `/health/live` and `/health/ready`.',
    ),
  deny: z
    .array(network)
    .default([])
    .describe('Addresses and networks whose clients get 403, also where `allow` has them.'),
});

export const serviceAddressesSchema = addressesSchema
  .optional()
  .describe(
    'Addresses of clients that may use the operations of the service, in place of `addresses`: `{ allow: [10.0.0.0/8], deny: [] }`.',
  );
