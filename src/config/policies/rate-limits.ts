/** The section `rateLimits` of `gateway.yaml`: how often clients may send requests, as named rules. */
import { z } from 'zod';
import { duration } from '../units.ts';

const MAX_QUOTA = 1_000_000_000;
const MAX_RULES = 50;
/** The reports of the gateway are in whole seconds (draft-ietf-httpapi-ratelimit-headers). */
const SECOND = 1000;

/** What has a bucket of its own. */
const PER = ['subject', 'client', 'key', 'address', 'operation', 'service', 'gateway'] as const;

/** HEAD is a GET without a body, and counts as GET. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY'] as const;

/** Calendar windows, in UTC. */
const CALENDAR = ['day', 'month'] as const;

const windowSchema = z
  .union([
    z.enum(CALENDAR),
    duration.refine((milliseconds) => milliseconds >= SECOND && milliseconds % SECOND === 0, {
      error: 'expected whole seconds, such as 1s, 1m or 24h',
    }),
  ])
  .describe(
    'Time window of the quota: a duration of whole seconds such as `1s`, `1m` or `24h`, which slides, or `day` or `month`, which begin at midnight UTC.',
  );

const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z][\w-]{0,63}$/, 'expected a name of letters, digits, hyphens and underscores')
      .describe('Name of the rule. Clients see it in `RateLimit` and in problems.'),
    per: z
      .enum(PER)
      .describe(
        'What has a bucket of its own: `subject` (who sends the request; anonymous requests count by address), `client` (the program that sends it), `key` (an API key or a user name; other requests are not counted), `address` (for IPv6 the /64 network), `operation`, `service`, or `gateway` (one bucket for all requests).',
      ),
    quota: z.int().min(1).max(MAX_QUOTA).describe('Number of requests that are allowed in each `window`.'),
    window: windowSchema,
    burst: z
      .int()
      .min(0)
      .max(MAX_QUOTA)
      .optional()
      .describe(
        'Number of requests that may be sent at once besides the steady rate. In no window are more than `quota` + `burst` allowed. By default a tenth of `quota`. Calendar windows have none, because their quota may be used at any time.',
      ),
    operations: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Operation ids that the rule counts. By default all.'),
    services: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Services whose operations the rule counts. By default all.'),
    methods: z
      .array(z.enum(METHODS))
      .min(1)
      .optional()
      .describe('Methods that the rule counts. By default all.'),
    cost: z
      .int()
      .min(1)
      .default(1)
      .describe('How much of the quota each request uses. Parts of an expansion count like requests.'),
  })
  .superRefine(({ window, burst, quota, cost }, context) => {
    const isCalendar = typeof window === 'string';
    if (isCalendar && burst !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['burst'],
        message: `a ${window} has no burst: its quota may be used at any time`,
      });
    const most = isCalendar ? quota : (burst ?? defaultBurst(quota)) + 1;
    if (cost > most)
      context.addIssue({
        code: 'custom',
        path: ['cost'],
        message: `is more than ${isCalendar ? 'quota' : 'burst + 1'} (${most}), so no request would ever be allowed`,
      });
  })
  .transform(({ burst, ...rule }) => ({
    ...rule,
    burst: typeof rule.window === 'string' ? 0 : (burst ?? defaultBurst(rule.quota)),
  }));

/** Enough for the requests of one page; without any, two requests at the same time would exceed the rate. */
function defaultBurst(quota: number): number {
  return Math.ceil(quota / 10);
}

export const rateLimitsSchema = z.strictObject({
  rules: z
    .array(ruleSchema)
    .min(1)
    .max(MAX_RULES)
    .superRefine((rules, context) => {
      const seen = new Set<string>();
      for (const [index, { name }] of rules.entries()) {
        if (seen.has(name))
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} is used twice` });
        seen.add(name);
      }
    })
    .describe(
      'Limits such as `{ name: default, per: subject, quota: 600, window: 1m, burst: 100 }`. A request must be within each rule that applies to it. If one refuses it with 429, the others do not count it.',
    ),
  store: z
    .enum(['memory', 'shared'])
    .default('memory')
    .describe(
      'Where requests are counted: `memory` for each gateway on its own, or `shared` for all gateways together in the Redis or Valkey server at `CACHE_URL`.',
    ),
  storeFailure: z
    .enum(['fallback', 'refuse'])
    .default('fallback')
    .describe(
      'What holds while the shared store is away or slower than 20 ms. `fallback` counts in memory and allows each gateway its share: the limit divided by the number of gateways seen last. `refuse` responds with 503.',
    ),
});

export type RateLimitsConfig = z.output<typeof rateLimitsSchema>;
export type RateLimitRule = RateLimitsConfig['rules'][number];

/** Adds what the schema cannot know: the services, and whether there is a shared store. */
export function checkRateLimits(
  { rules, store }: RateLimitsConfig,
  known: { readonly services: readonly string[]; readonly hasStore: boolean },
  onFault: (path: readonly PropertyKey[], name: string | undefined) => void,
): void {
  for (const [index, { services = [] }] of rules.entries())
    for (const [at, name] of services.entries())
      if (!known.services.includes(name)) onFault(['rules', index, 'services', at], name);
  if (store === 'shared' && !known.hasStore) onFault(['store'], undefined);
}
