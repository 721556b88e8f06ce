/** The keys of a security scheme of the type `mutualTLS` in `gateway.yaml`: clients authenticate with a certificate. */
import { z } from 'zod';

const allowedSchema = z.union([
  z.string().min(1),
  z.strictObject({
    subject: z.string().min(1).describe('The subject, in the form that `subject` selects.'),
    scopes: z.array(z.string().min(1)).default([]).describe('The scopes of this client.'),
  }),
]);

export const clientCertificateSchemeSchema = z.strictObject({
  clientCa: z
    .string()
    .min(1)
    .describe('File with the certificates of the authorities that sign client certificates (PEM).'),
  subject: z
    .enum(['dn', 'dns', 'uri', 'email'])
    .default('dn')
    .describe(
      'What identifies the client: `dn`: the distinguished name, such as `CN=partner,O=Acme` (RFC 4514); `dns`, `uri` or `email`: the first such subject alternative name.',
    ),
  allowed: z
    .array(allowedSchema)
    .min(1)
    .optional()
    .describe(
      'The subjects that may call, each as a text or as `{ subject, scopes }`. Without it, every certificate of the authorities is accepted.',
    ),
  scopes: z
    .array(z.string().min(1))
    .default([])
    .describe('The scopes of every client with a valid certificate.'),
  header: z
    .boolean()
    .default(false)
    .describe(
      'Whether `Client-Cert` (RFC 9440) from `trustedProxies` counts as a certificate, for a proxy that ends TLS.',
    ),
});

export type ClientCertificateScheme = z.infer<typeof clientCertificateSchemeSchema>;
