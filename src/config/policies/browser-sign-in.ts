/** The keys of `gateway.yaml` for people with a browser: sign-in on HTML pages, and `Authorize` of Swagger UI. */
import { z } from 'zod';

/** A parameter of the flow itself would end its protection (RFC 6749 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.1). */
const OWN_PARAMETERS = new Set([
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'prompt',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]);

const parameters = z
  .record(z.string(), z.string())
  .refine((given) => Object.keys(given).every((name) => !OWN_PARAMETERS.has(name)), {
    error: `these parameters belong to the sign-in itself: ${[...OWN_PARAMETERS].join(', ')}`,
  })
  .default({});

/** RFC 6749 §3.3. */
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'expected a scope without spaces');

const clientId = z.string().min(1);

export const browserSignInSchema = z.strictObject({
  scheme: z
    .string()
    .min(1)
    .describe(
      'Which scheme of `authentication.schemes` accepts the tokens of people who sign in. Its `issuer` is the OpenID provider where they do.',
    ),
  client: z
    .strictObject({
      id: clientId.describe(
        'The name of the gateway as a client of the provider. Its redirect URI there is `/explorer/callback` at the URL of the gateway.',
      ),
      secretFile: z
        .string()
        .min(1)
        .optional()
        .describe(
          'File with the secret of this client, for `client_secret_basic`. It is read again when it changes. Without it the client is public; PKCE protects the sign-in in both cases.',
        ),
    })
    .describe('How the gateway identifies itself to the provider.'),
  scopes: z
    .array(scope)
    .default([])
    .describe('Scopes to ask for, such as `[orders:read, orders:write]`. `openid` is always among them.'),
  parameters: parameters.describe(
    'More parameters of the authorization request, such as `{ audience: orders }` or `{ resource: "https://api.example.com" }`, where the provider needs one to issue tokens for this API.',
  ),
  cookieKey: z
    .string()
    .min(32, 'expected at least 32 characters')
    .describe(
      'The secret with which the cookies of sessions are encrypted. All gateways behind one URL have the same. A new one ends all sessions.',
    ),
});

export const docsSignInSchema = z.strictObject({
  clientId: clientId.describe(
    'The name of Swagger UI as a client of the provider: a public client with PKCE. Its redirect URI there is `/docs/oauth2-redirect.html` at the URL of the gateway. The page may then connect to the token endpoints of the document that it shows.',
  ),
  scopes: z.array(scope).default([]).describe('Scopes that are selected in its dialog at first.'),
  parameters: parameters.describe('More parameters of the authorization request.'),
});

export type BrowserSignInConfig = z.output<typeof browserSignInSchema>;
export type DocsSignInConfig = z.output<typeof docsSignInSchema>;
