/** The keys of a security scheme whose credentials are JSON Web Tokens (RFC 7519) of an issuer with public keys. */
import { z } from 'zod';
import { isSecureUrl } from '../../http/uri/secure-url.ts';
import { duration } from '../units.ts';

/**
 * The signature algorithms that can be accepted (RFC 7518 §3.1, RFC 8037, RFC 9864). All are asymmetric: with a shared
 * secret, everybody who can verify a token could also make one, and a public key could be passed off as the secret (RFC
 * 8725 §2.1).
 */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** Not among them: ES384 and ES512, whose verification takes more than ten times as long, and what providers hardly use. */
const DEFAULT_ALGORITHMS: readonly JwtAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

const MAX_SKEW = 300_000;

const secureUrl = z
  .string()
  .refine(isSecureUrl, 'expected an https URL (or http to localhost), without user name and fragment');

const name = z.string().min(1);
const names = z
  .union([name.transform((one) => [one]), z.array(name).min(1)])
  .transform((list): readonly string[] => list);

const keysSchema = z
  .strictObject({
    every: duration
      .refine((milliseconds) => milliseconds >= 10_000, 'expected a duration of at least 10s')
      .default(600_000)
      .describe('Age of the key set after which it counts as old. It is fetched again at 80 % of it.'),
    cooldown: duration
      .refine((milliseconds) => milliseconds >= 1_000, 'expected a duration of at least 1s')
      .default(30_000)
      .describe('Minimum time between two fetches for tokens whose key id is unknown.'),
    staleFor: duration
      .default(24 * 3_600_000)
      .describe('Maximum age of the key set while the issuer does not respond. Then tokens get 503.'),
  })
  .refine(({ every, staleFor }) => staleFor >= every, {
    path: ['staleFor'],
    error: 'is shorter than every, so keys would end before they are fetched again',
  })
  .prefault({});

export const jwtSchemeSchema = z.strictObject({
  issuer: secureUrl
    .refine((url) => !url.includes('?'), 'expected a URL without a query')
    .describe('The issuer, exactly as the claim `iss` of its tokens has it.'),
  jwksUri: secureUrl
    .optional()
    .describe(
      'URL of the key set. By default it is taken from the metadata of the issuer (`/.well-known/openid-configuration` or `/.well-known/oauth-authorization-server`).',
    ),
  audience: z
    .union(
      [
        names.transform((values) => ({ claim: 'aud', values })),
        z.strictObject({ claim: name, values: names }),
      ],
      {
        error: ({ input }) =>
          input === undefined
            ? 'is missing; name this API as the claim `aud` of its tokens does, such as [orders]'
            : undefined,
      },
    )
    .describe(
      'Names of this API. The claim `aud` of a token must have one of them. For issuers without `aud`, `{ claim: client_id, values: [shop] }` requires another claim instead.',
    ),
  algorithms: z
    .array(z.enum(JWT_ALGORITHMS))
    .min(1)
    .default([...DEFAULT_ALGORITHMS])
    .describe(`Accepted signature algorithms, of ${JWT_ALGORITHMS.join(', ')}.`),
  maxRsaBits: z
    .int()
    .min(2048)
    .max(16_384)
    .default(4096)
    .describe('Maximum size of RSA keys. Keys with fewer than 2048 bits are never accepted.'),
  typ: names
    .default(['at+jwt'])
    .describe(
      'Accepted types of tokens in their header `typ`, such as `at+jwt`, `JWT`, or `none` for tokens without a type. The default accepts access tokens (RFC 9068), and no ID tokens.',
    ),
  scopes: name
    .default('scope')
    .describe(
      'Claim with the scopes: a string with spaces, or a list. A leading slash makes it a JSON Pointer, such as `/realm_access/roles`.',
    ),
  subject: name.default('sub').describe('Claim with the subject: the user or program.'),
  client: name
    .optional()
    .describe('Claim with the program that uses the token. By default `client_id`, otherwise `azp`.'),
  skew: duration
    .refine((milliseconds) => milliseconds <= MAX_SKEW, 'expected a duration of at most 5m')
    .default(30_000)
    .describe('How much the clocks of issuer and gateway may differ.'),
  keys: keysSchema.describe('When the keys of the issuer are fetched.'),
});

export type JwtScheme = z.output<typeof jwtSchemeSchema>;
