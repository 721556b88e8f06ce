/** The keys of a security scheme in `gateway.yaml` whose tokens an authorization server verifies (RFC 7662). */
import { z } from 'zod';
import { duration } from '../units.ts';

/** A revoked token is accepted for as long as its last result is kept. */
const MAX_KEEP = 5 * 60_000;

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const EXAMPLE = `\${IDP_SECRET}`;

const clientSchema = z
  .strictObject({
    id: z.string().min(1).describe('The name of the gateway as a client of the authorization server.'),
    secretFile: z
      .string()
      .min(1)
      .optional()
      .describe('File with the secret of this client. It is read again when it changes.'),
    secret: z
      .string()
      .min(1)
      .optional()
      .describe(`The secret of this client. Write it as a reference, such as \`${EXAMPLE}\`.`),
    method: z
      .enum(['basic', 'post'])
      .default('basic')
      .describe(
        'Where the secret is sent: `basic`: in `Authorization`; `post`: in the body (RFC 6749 §2.3.1).',
      ),
  })
  .refine(({ secretFile, secret }) => (secretFile === undefined) !== (secret === undefined), {
    error: 'expected either secretFile or secret',
  });

export const introspectionSchemeSchema = z.strictObject({
  introspection: z
    .string()
    .refine(isEndpoint, {
      error: 'expected an https URL without user name, password and fragment; http works on loopback only',
    })
    .describe(
      'The introspection endpoint of the authorization server (RFC 7662): it says whether a token is active.',
    ),
  client: clientSchema.describe('How the gateway authenticates to the authorization server.'),
  keep: duration
    .refine((milliseconds) => milliseconds <= MAX_KEEP, 'expected 5m at most')
    .default(30_000)
    .describe(
      'How long the result for a token is kept, but never beyond the end of the token. A revoked token is accepted for this long. `0` asks for every request.',
    ),
  issuer: z
    .string()
    .min(1)
    .optional()
    .describe('The value that `iss` has to have. Without it, `iss` is not checked.'),
  audience: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Names of this API, of which `aud` has to contain one. Without it, `aud` is not checked.'),
});

export type IntrospectionScheme = z.infer<typeof introspectionSchemeSchema>;
