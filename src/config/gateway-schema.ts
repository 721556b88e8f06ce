/** The schema of `gateway.yaml`: every key with its default and its description, which the reference documentation uses. */
import { z } from 'zod';
import { compressionSchema } from './compression.ts';
import { limitsSchema } from './limits.ts';
import { addressesSchema, network, serviceAddressesSchema } from './policies/addresses.ts';
import {
  authenticationSchema,
  requirementsSchema,
  SCHEME_KINDS,
  serviceAuthenticationSchema,
} from './policies/authentication.ts';
import { cacheSchema, serviceCacheSchema } from './policies/cache.ts';
import { corsSchema, serviceCorsSchema } from './policies/cors.ts';
import { healthSchema } from './policies/health-check.ts';
import { mirrorSchema } from './policies/mirror.ts';
import { policySchema } from './policies/policy.ts';
import { rateLimitsSchema } from './policies/rate-limits.ts';
import { serviceUrlsSchema } from './policies/service-urls.ts';
import { stepsSchema } from './policies/steps.ts';
import { tlsSchema, upstreamTlsSchema } from './policies/tls.ts';
import { upgradeSchema, webSocketSchema } from './policies/web-socket.ts';
import { duration } from './units.ts';
import { isUrl } from './yaml/source-location.ts';

const documentLocation = z
  .string()
  .min(1)
  .refine((text) => !isUrl(text) || isPlainUrl(text), {
    error: 'expected a file, or a URL without user name and password',
  });

/** `fetch` rejects URLs with credentials (https://fetch.spec.whatwg.org/#dom-request). */
function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '';
}

const serviceSchema = z.strictObject({
  document: documentLocation.describe(
    'The OpenAPI document of the service: a URL, or a path relative to this file.',
  ),
  overlays: z
    .array(documentLocation)
    .default([])
    .describe('OpenAPI Overlays to apply to the document, in this order: files or URLs.'),
  url: serviceUrlsSchema,
  mirror: mirrorSchema,
  health: healthSchema,
  tls: upstreamTlsSchema,
  lookup: duration
    .default(5_000)
    .describe('How often its host names are resolved. Each address is an instance. `0` turns this off.'),
  upstream: z
    .literal('mock')
    .optional()
    .describe(
      '`mock` for a service that does not run yet: the gateway responds with the examples of the document.',
    ),
  prefix: z
    .string()
    .regex(/^(?:\/[\w.~-]+)*$/, 'expected a path such as /pets')
    .default('')
    .describe('Prefix of its public paths, such as `/pets`.'),
  paths: z
    .record(z.string(), z.string())
    .default({})
    .describe('Public names of its paths: `{ /orders: /purchases }`.'),
  ownUrls: z
    .array(z.url({ protocol: /^https?$/, error: 'expected a URL such as https://api.example.com' }))
    .default([])
    .describe(
      'URLs that the service uses for itself in bodies, `Link` and `Location`. The gateway rewrites URLs with these prefixes to public URLs.',
    ),
  unknownQuery: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe('What to do with query parameters that the document does not declare.'),
  unknownBody: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe('What to do with a request body where the document declares none for the operation.'),
  crossSite: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe(
      'What to do with requests that a browser sends from a page of another site with an unsafe method. `reject` responds with 403, unless `cors` allows the origin. `pass` is for a service that handles cross-site requests itself.',
    ),
  cors: serviceCorsSchema,
  addresses: serviceAddressesSchema,
  responses: z
    .enum(['off', 'observe', 'enforce'])
    .default('off')
    .describe(
      'Response validation against the document: `observe` counts violations, `enforce` responds with 502 instead.',
    ),
  sample: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of the responses of each operation that `observe` validates, from 0 to 1.'),
  authentication: serviceAuthenticationSchema.optional(),
  upgrade: upgradeSchema,
  webSocket: webSocketSchema.prefault({}),
  cache: serviceCacheSchema,
  compression: z
    .enum(['off', 'on'])
    .default('off')
    .describe('Whether the gateway compresses responses that the service did not compress.'),
  policy: z
    .unknown()
    .optional()
    .describe('Overrides of `policy` for this service, or the name of one of `policies`.'),
  operations: z
    .record(z.string(), z.strictObject({ policy: z.unknown().optional() }))
    .default({})
    .describe(
      'Overrides for single operations, by operation id: `{ getReport: { policy: { deadline: 30s } } }`.',
    ),
});

const adminSchema = z
  .strictObject({
    port: z
      .int()
      .min(0)
      .max(65_535)
      .optional()
      .describe(
        'Port of the admin listener for operators, with `/metrics`, `/status` and the actions on instances. Without it there is no admin listener. Read only at the start.',
      ),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe(
        'Address of the admin listener. Without `admin.authentication` anyone who can reach it may use it.',
      ),
    authentication: requirementsSchema
      .optional()
      .describe(
        'What requests to the admin listener require, such as `[{ staff: [operate] }]`: schemes of `authentication.schemes`, written like `security` in a document. Who did what to an instance is in the log.',
      ),
    status: z
      .boolean()
      .default(false)
      .describe('Serve `/status` and the checks of `/health` only on the admin listener.'),
  })
  .refine(({ port, status }) => port !== undefined || !status, {
    path: ['status'],
    error: 'requires an admin listener; set admin.port too',
  });

export const gatewaySchema = z.strictObject({
  services: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens'),
    serviceSchema,
  ),
  policy: z.unknown().optional(),
  policies: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Named policies. Each overrides `policy`.'),
  limits: limitsSchema.prefault({}),
  cache: cacheSchema.prefault({}),
  authentication: authenticationSchema.optional(),
  steps: stepsSchema,
  rateLimits: rateLimitsSchema.optional(),
  tls: tlsSchema,
  hideSoftware: z
    .boolean()
    .default(true)
    .describe(
      'Whether the gateway removes `Server`, `X-Powered-By`, `X-AspNet-Version` and `X-AspNetMvc-Version`, which reveal the software of a service.',
    ),
  compression: compressionSchema.prefault({}),
  trustProxy: z
    .boolean()
    .default(false)
    .describe(
      'Whether to trust `Forwarded`, `X-Forwarded-*` and `x-envoy-expected-rq-timeout-ms` in requests. Deprecated: list your proxies in `trustedProxies`, because a client that can reach the gateway directly can forge these headers.',
    ),
  trustedProxies: z
    .array(network)
    .optional()
    .describe(
      'Addresses and networks of your proxies, such as `[10.0.0.0/8, "::1"]`. Only these are trusted, and `trustProxy` has no effect. Without it `trustProxy` applies to every peer.',
    ),
  allowedHosts: z
    .array(z.string().regex(/^(?:\*|\.?[\w-]+(?:\.[\w-]+)*)$/, 'expected a host name without a port'))
    .min(1)
    .optional()
    .describe(
      'Host names of this server, such as `[api.example.com, .example.org]` (a leading dot includes subdomains) or `["*"]`. Requests for other names get 403. IP addresses and `localhost` are always allowed. By default, a loopback listener allows only these, and a listener on another address or behind a trusted proxy allows every name.',
    ),
  cors: corsSchema.optional(),
  addresses: addressesSchema.prefault({}),
  hsts: z
    .strictObject({
      maxAge: z
        .int()
        .min(0)
        .describe(
          'Seconds for which browsers use only HTTPS for this host, such as `31536000`. Every response has it as `Strict-Transport-Security` (HSTS). Without it that header is not sent.',
        ),
      includeSubDomains: z.boolean().default(false).describe('Whether HSTS applies to all subdomains too.'),
    })
    .optional(),
  reload: z
    .strictObject({
      files: duration
        .default(1000)
        .describe('How often this file and the document files are checked for changes. `0` turns this off.'),
      urls: duration
        .default(60_000)
        .describe('How often documents at URLs are fetched again. `0` turns this off.'),
    })
    .prefault({}),
  shutdown: z
    .strictObject({
      drain: duration
        .default(3000)
        .describe(
          'How long requests are still accepted after SIGTERM. Meanwhile `/health/ready` responds with 503 and every response closes its connection, so that load balancers notice in time. Ctrl-C skips this.',
        ),
      grace: duration
        .default(10_000)
        .describe('How long requests in progress then have to finish. The rest is aborted.'),
    })
    .prefault({}),
  admin: adminSchema.prefault({}),
  accessLog: z.boolean().default(true).describe('Whether the gateway logs a line for each request.'),
});

/** One row of the table of keys. */
interface ConfigRow {
  /** The path with dots, such as `policy.retry.attempts`. */
  readonly key: string;
  readonly default: string;
  readonly meaning: string;
}

/** Every key of `gateway.yaml`. */
export const configTable = (): ConfigRow[] => [
  ...rowsOf(serviceSchema, 'services.<name>.'),
  ...rowsOf(policySchema, 'policy.'),
  ...SCHEME_KINDS.flatMap(([, kind]) => rowsOf(kind, 'authentication.schemes.<name>.')),
  ...rowsOf(gatewaySchema, '').filter(({ meaning }) => meaning !== ''),
];

function rowsOf(schema: z.ZodObject, prefix: string): ConfigRow[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = field instanceof z.ZodPrefault || field instanceof z.ZodOptional ? field.unwrap() : field;
    if (inner instanceof z.ZodObject) return rowsOf(inner, `${prefix}${name}.`);
    if (inner instanceof z.ZodDiscriminatedUnion) return rowsOfUnion(inner, `${prefix}${name}.`);
    const value: unknown = (field as z.ZodType).safeParse(undefined).data;
    const fallback = value === undefined ? '' : JSON.stringify(value).replaceAll('"', '');
    return [{ key: prefix + name, default: fallback, meaning: (field as z.ZodType).description ?? '' }];
  });
}

/** Keys that several options share appear once. */
function rowsOfUnion(union: z.ZodDiscriminatedUnion, prefix: string): ConfigRow[] {
  const rows = union.options.flatMap((option) => rowsOf(option as z.ZodObject, prefix));
  return rows.filter(({ key }, index) => rows.findIndex((row) => row.key === key) === index);
}
