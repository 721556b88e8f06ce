/** Every key of `gateway.yaml` with its default and its meaning. `npm run docs` writes their reference page. */
import { z } from 'zod';
import { parseNetwork } from '../http/server/trust-proxy.ts';
import { compressionSchema } from './compression.ts';
import { limitsSchema } from './limits.ts';
import { cacheSchema, serviceCacheSchema } from './policies/cache.ts';
import { healthSchema } from './policies/health-check.ts';
import { policySchema } from './policies/policy.ts';
import { duration } from './units.ts';
import { isUrl } from './yaml/source-location.ts';

const place = z
  .string()
  .min(1)
  .refine((text) => !isUrl(text) || isPlainUrl(text), {
    error: 'expected a file, or a URL without user name and password',
  });

/** `fetch` takes no other (https://fetch.spec.whatwg.org/#dom-request). */
function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '';
}

const serviceSchema = z.strictObject({
  document: place.describe('Its OpenAPI document: a file, relative to this one, or a URL.'),
  overlays: z
    .array(place)
    .default([])
    .describe('OpenAPI Overlays that are applied to it, in this order: files or URLs.'),
  url: z
    .union([z.string(), z.array(z.string()).min(1)], { error: 'expected a URL or a list of them' })
    .optional()
    .describe(
      'Scheme, host and port where it listens, or a list of them, one an instance. What its paths begin with there is that of the first of `servers` in its document, unless this has a path, be it `/`. `<SERVICE>_URL` goes before it.',
    ),
  health: healthSchema,
  lookup: duration
    .default(5_000)
    .describe(
      'How often the addresses of its host names are looked up: each of several is an instance. `0` never.',
    ),
  upstream: z
    .literal('mock')
    .optional()
    .describe('`mock`, where there is only the document yet: the gateway answers with its examples.'),
  prefix: z
    .string()
    .regex(/^(?:\/[\w.~-]+)*$/, 'expected a path such as /pets')
    .default('')
    .describe('What its paths begin with here, such as `/pets`.'),
  paths: z
    .record(z.string(), z.string())
    .default({})
    .describe('New names of its paths: `{ /orders: /purchases }`.'),
  ownUrls: z
    .array(z.url({ protocol: /^https?$/, error: 'expected a URL such as https://api.example.com' }))
    .default([])
    .describe(
      'URLs by which it names itself in bodies, `Link` and `Location`: what begins so becomes a public URL.',
    ),
  unknownQuery: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe('Whether a query parameter that the document does not name is refused.'),
  unknownBody: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe('Whether a body is refused where the document declares none for the operation.'),
  crossSite: z
    .enum(['reject', 'pass'])
    .default('reject')
    .describe(
      'Whether browsers may send requests from pages of other sites with methods that change something. `reject` answers 403; `pass` is for a service that handles CORS and cross-site requests itself. Preflights always go to the service.',
    ),
  responses: z
    .enum(['off', 'observe', 'enforce'])
    .default('off')
    .describe(
      'Whether its answers are held against its document: `observe` counts what differs, `enforce` answers 502 instead.',
    ),
  sample: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of the answers of each operation that `observe` looks at.'),
  cache: serviceCacheSchema,
  compression: z
    .enum(['off', 'on'])
    .default('off')
    .describe(
      'Whether its responses are compressed on their way to clients, where it does not do so itself.',
    ),
  policy: z
    .unknown()
    .optional()
    .describe('What is different from `policy` for this service, or the name of one of `policies`.'),
  operations: z
    .record(z.string(), z.strictObject({ policy: z.unknown().optional() }))
    .default({})
    .describe(
      'What is different for single operations, by operation id: `{ getReport: { policy: { deadline: 30s } } }`.',
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
        'Port of a listener for those who run the gateway, with `/metrics`, `/status` and what can be done with instances; without it there is none. Read at start.',
      ),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address that it listens on. Whoever reaches it is let in.'),
    status: z
      .boolean()
      .default(false)
      .describe('Whether `/status` and the checks of `/health` are told there alone.'),
  })
  .refine(({ port, status }) => port !== undefined || !status, {
    path: ['status'],
    error: 'needs a listener; set admin.port too',
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
    .describe('Policies by name, each with what is different from `policy`.'),
  limits: limitsSchema.prefault({}),
  cache: cacheSchema.prefault({}),
  hideSoftware: z
    .boolean()
    .default(true)
    .describe(
      'Whether `Server`, `X-Powered-By`, `X-AspNet-Version` and `X-AspNetMvc-Version` of services are left out, which tell the software that runs there.',
    ),
  compression: compressionSchema.prefault({}),
  trustProxy: z
    .boolean()
    .default(false)
    .describe(
      'Whether `Forwarded`, `X-Forwarded-*` and `x-envoy-expected-rq-timeout-ms` of the client are believed, because a proxy of yours stands before.',
    ),
  trustedProxies: z
    .array(
      z.string().refine((text) => parseNetwork(text) !== undefined, {
        error: ({ input }) => `expected an address or a network such as 10.0.0.0/8, got ${input}`,
      }),
    )
    .optional()
    .describe(
      'Addresses and networks of these proxies, such as `[10.0.0.0/8, "::1"]`: only they are believed, whatever `trustProxy` says. Without it `trustProxy` holds for every peer.',
    ),
  allowedHosts: z
    .array(z.string().regex(/^(?:\*|\.?[\w-]+(?:\.[\w-]+)*)$/, 'expected a host name without a port'))
    .min(1)
    .optional()
    .describe(
      'Host names of this server, such as `[api.example.com, .example.org]` (the dot: subdomains too) or `["*"]`; for others 403. Addresses and `localhost` always are taken; by default they alone on loopback, and all where it is reached from outside or by a trusted proxy.',
    ),
  hsts: z
    .strictObject({
      maxAge: z
        .int()
        .min(0)
        .describe(
          'Seconds for which browsers use HTTPS alone for this host, such as `31536000`: sent as `Strict-Transport-Security` (HSTS) with every response. Without it nothing is sent.',
        ),
      includeSubDomains: z.boolean().default(false).describe('Whether that holds for all subdomains too.'),
    })
    .optional(),
  reload: z
    .strictObject({
      files: duration
        .default(1000)
        .describe('How often this file and the documents are looked at for changes; `0` never.'),
      urls: duration.default(60_000).describe('How often documents are asked for at their URLs; `0` never.'),
    })
    .prefault({}),
  shutdown: z
    .strictObject({
      drain: duration
        .default(3000)
        .describe(
          'How long requests are still taken after SIGTERM, while `/health/ready` answers 503 and every answer ends its connection, so that nobody is lost who looks there; Ctrl-C does not wait.',
        ),
      grace: duration
        .default(10_000)
        .describe('How long what is in flight then has to finish; what is left is ended.'),
    })
    .prefault({}),
  admin: adminSchema.prefault({}),
  accessLog: z.boolean().default(true).describe('Whether the gateway logs a line a request.'),
});

/** One row of the reference page. */
interface ConfigRow {
  /** With dots, as `policy.retry.attempts`. */
  readonly key: string;
  readonly default: string;
  readonly meaning: string;
}

/** Every key of `gateway.yaml`. */
export const configTable = (): ConfigRow[] => [
  ...rowsOf(serviceSchema, 'services.<name>.'),
  ...rowsOf(policySchema, 'policy.'),
  ...rowsOf(gatewaySchema, '').filter(({ meaning }) => meaning !== ''),
];

function rowsOf(schema: z.ZodObject, prefix: string): ConfigRow[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const inner = field instanceof z.ZodPrefault || field instanceof z.ZodOptional ? field.unwrap() : field;
    if (inner instanceof z.ZodObject) return rowsOf(inner, `${prefix}${name}.`);
    if (inner instanceof z.ZodDiscriminatedUnion) return rowsOfAny(inner, `${prefix}${name}.`);
    const value: unknown = (field as z.ZodType).safeParse(undefined).data;
    const fallback = value === undefined ? '' : JSON.stringify(value).replaceAll('"', '');
    return [{ key: prefix + name, default: fallback, meaning: (field as z.ZodType).description ?? '' }];
  });
}

/** What several kinds have is the same in all of them, and said once. */
function rowsOfAny(union: z.ZodDiscriminatedUnion, prefix: string): ConfigRow[] {
  const rows = union.options.flatMap((option) => rowsOf(option as z.ZodObject, prefix));
  return rows.filter(({ key }, index) => rows.findIndex((row) => row.key === key) === index);
}
