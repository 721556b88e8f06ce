/** The section `authentication` of `gateway.yaml`, and that of a service: who has to prove who they are, and how. */
import { z } from 'zod';
import { apiKeySchemeSchema } from './api-key-scheme.ts';
import { browserSignInSchema, docsSignInSchema } from './browser-sign-in.ts';
import { clientCertificateSchemeSchema } from './client-certificate-scheme.ts';
import { introspectionSchemeSchema } from './introspection-scheme.ts';
import { jwtSchemeSchema } from './jwt-scheme.ts';

/** The schema of each kind, after the key that every scheme of this kind has. */
export const SCHEME_KINDS = [
  ['introspection', introspectionSchemeSchema],
  ['issuer', jwtSchemeSchema],
  ['keysFile', apiKeySchemeSchema],
  ['clientCa', clientCertificateSchemeSchema],
] as const;

const schemeName = z
  .string()
  .regex(/^[\w.-]+$/, 'expected the name of a security scheme: letters, digits, ".", "-" and "_"');

/** The kind of a scheme shows in the key that it must have; so a fault is reported for that kind alone. */
const schemeSchema = z.record(z.string(), z.unknown()).transform((value, context) => {
  const kind = SCHEME_KINDS.find(([key]) => key in value)?.[1];
  if (kind === undefined) {
    context.addIssue(`expected one of the keys ${SCHEME_KINDS.map(([key]) => key).join(', ')}`);
    return z.NEVER;
  }
  const result = kind.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) context.addIssue({ ...issue });
  return z.NEVER;
});

/** As in OpenAPI documents: one entry has to hold, with all of its schemes and all of their scopes. */
export const requirementsSchema = z.array(z.record(schemeName, z.array(z.string())));

const signingKey = z.string().min(32, 'expected at least 32 characters');

export const authenticationSchema = z
  .strictObject({
    enforce: z
      .enum(['off', 'observe', 'on'])
      .default('on')
      .describe(
        'What to do with requests that do not have the credentials that `security` of their operation requires. `on` responds with 401 or 403. `observe` lets them pass, and counts them on `/status`. `off` does not check credentials.',
      ),
    anonymous: z
      .enum(['allow', 'refuse'])
      .default('allow')
      .describe(
        'What to do with anonymous requests to operations whose document says nothing about security. `security: []` in a document always allows them.',
      ),
    realm: z
      .string()
      .regex(/^[\w .:/-]{1,100}$/, 'expected letters, digits, spaces and . : / - _')
      .default('linkway')
      .describe('The realm in `WWW-Authenticate`, which some clients show to people.'),
    schemes: z
      .record(schemeName, schemeSchema)
      .default({})
      .describe(
        'How to verify credentials, by the name of the scheme in `components.securitySchemes`: `issuer` and `audience` for JSON Web Tokens, `introspection` for tokens that their issuer has to be asked about, `keysFile` for API keys and passwords, or `clientCa` for client certificates.',
      ),
    signingKey: signingKey
      .optional()
      .describe(
        'A secret with which the gateway signs the tokens of services with `identity: token`. The services have the same secret in `IDENTITY_KEY`. Use a secret for each service where one service must not be able to speak for a caller at another.',
      ),
    pages: requirementsSchema
      .optional()
      .describe(
        'What the pages of the gateway itself require, such as `[{ staff: [] }]`; written like `security` in a document. Without it they are public. `/health/live` and `/health/ready` are always public.',
      ),
    browser: browserSignInSchema.optional(),
    docs: docsSignInSchema.optional(),
  })
  .superRefine(({ browser, schemes }, context) => {
    if (browser === undefined) return;
    const scheme = schemes[browser.scheme];
    if (scheme === undefined || !('issuer' in scheme) || scheme.issuer === undefined)
      context.addIssue({
        code: 'custom',
        path: ['browser', 'scheme'],
        message: 'expected the name of an entry of schemes with an issuer',
      });
  });

export const serviceAuthenticationSchema = z.strictObject({
  enforce: z
    .enum(['off', 'observe', 'on'])
    .optional()
    .describe('Overrides `authentication.enforce` for this service.'),
  schemes: z
    .record(z.string(), schemeName)
    .default({})
    .describe(
      'Which scheme of `authentication.schemes` verifies a scheme of its document, where the names differ: `{ bearerAuth: staff }`.',
    ),
  credentials: z
    .enum(['keep', 'strip'])
    .default('keep')
    .describe(
      'Whether the service gets the credentials of the client: `strip` removes those that the gateway verifies.',
    ),
  signingKey: signingKey
    .optional()
    .describe('The secret of this service for `identity: token`. It overrides `authentication.signingKey`.'),
  claims: z
    .array(z.string())
    .default([])
    .describe('Names of the claims that the token of this service has, such as `[email, tenant]`.'),
  identity: z
    .enum(['off', 'headers', 'token'])
    .default('off')
    .describe(
      'How the service learns who calls. `headers` sends `X-Auth-Subject`, `X-Auth-Issuer`, `X-Auth-Client` and `X-Auth-Scope`, which only the gateway may set. `token` sends a token that the gateway signs with `authentication.signingKey`.',
    ),
});

export type AuthenticationConfig = z.output<typeof authenticationSchema>;
export type ServiceAuthenticationConfig = z.output<typeof serviceAuthenticationSchema>;
export type SchemeConfig = AuthenticationConfig['schemes'][string];
export type Enforcement = AuthenticationConfig['enforce'];

export const DEFAULT_SERVICE_AUTHENTICATION: ServiceAuthenticationConfig = serviceAuthenticationSchema.parse(
  {},
);
