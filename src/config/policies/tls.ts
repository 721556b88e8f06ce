/**
 * The sections `tls` of `gateway.yaml`: TLS for clients of the gateway, and `services.<name>.tls` for its connections
 * to one service. Paths are relative to the file.
 */
import { resolve } from 'node:path';
import { z } from 'zod';

const file = z.string().min(1, 'expected the path of a PEM file');

export const tlsSchema = z
  .strictObject({
    certificate: file.describe(
      'PEM file with the certificate of the gateway, followed by those of its issuers. With it and `tls.key` the gateway speaks HTTPS only. A changed file is taken over while the process runs.',
    ),
    key: file.describe('PEM file with the private key of the certificate, without a passphrase.'),
    clientCa: file
      .optional()
      .describe('PEM file with the issuers of client certificates. `request` and `require` need it.'),
    clientCertificate: z
      .enum(['off', 'request', 'require'])
      .default('off')
      .describe(
        'Whether clients have a certificate: `request` asks for one and accepts connections without a valid one, `require` refuses these. Read only at the start.',
      ),
    minimum: z
      .enum(['TLSv1.2', 'TLSv1.3'])
      .default('TLSv1.2')
      .describe('Oldest version of TLS that is accepted.'),
    http2: z
      .enum(['off', 'on'])
      .default('on')
      .describe('Whether clients may use HTTP/2. Read only at the start.'),
  })
  .refine(({ clientCa, clientCertificate }) => clientCertificate === 'off' || clientCa !== undefined, {
    path: ['clientCertificate'],
    error: 'needs the issuers that are accepted; set tls.clientCa too',
  })
  .refine(({ clientCa, clientCertificate }) => clientCertificate !== 'off' || clientCa === undefined, {
    path: ['clientCa'],
    error: 'has no effect; set tls.clientCertificate to request or require too',
  })
  .optional();

export type TlsConfig = NonNullable<z.infer<typeof tlsSchema>>;

export const upstreamTlsSchema = z
  .strictObject({
    ca: file
      .optional()
      .describe(
        'PEM file with the issuers of the certificates of the service. Only these are trusted. Without it the issuers that Node.js knows are trusted.',
      ),
    certificate: file
      .optional()
      .describe(
        'PEM file with the certificate that the gateway shows to the service. It needs `services.<name>.tls.key`.',
      ),
    key: file.optional().describe('PEM file with the private key of that certificate, without a passphrase.'),
    serverName: z
      .string()
      .regex(/^(?:[\w-]+\.)*[\w-]+$/, 'expected a host name')
      .optional()
      .describe('Name in the certificates of the service, if it is not the host of its URL.'),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    path: ['certificate'],
    error: 'is used only together with key; set both',
  })
  .optional();

export type UpstreamTlsConfig = NonNullable<z.infer<typeof upstreamTlsSchema>>;

const absolute = (folder: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(folder, path);

/** The same with absolute paths. */
export const tlsConfigOf = (tls: TlsConfig, folder: string): TlsConfig => ({
  ...tls,
  certificate: resolve(folder, tls.certificate),
  key: resolve(folder, tls.key),
  clientCa: absolute(folder, tls.clientCa),
});

/** The same with absolute paths. */
export const upstreamTlsConfigOf = (tls: UpstreamTlsConfig, folder: string): UpstreamTlsConfig => ({
  ...tls,
  ca: absolute(folder, tls.ca),
  certificate: absolute(folder, tls.certificate),
  key: absolute(folder, tls.key),
});
