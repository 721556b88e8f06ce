/**
 * Every environment variable that linkway reads, with its default and description. A test compares the reference
 * documentation with this table.
 */
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { faultsOf } from './yaml/faults.ts';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const variables = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port to listen on. `0` chooses a free one.'),
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Use `0.0.0.0` for connections from outside, as in a container.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL that begins with postgres://' })
    .optional()
    .describe(
      'URL of a PostgreSQL server, `postgres://…`. Without it, services use an embedded database in `DATA_DIR`.',
    ),
  DATABASE_PASSWORD_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File with the password for `DATABASE_URL`, such as a mounted secret.'),
  CACHE_URL: z
    .url({ protocol: /^rediss?$/, error: 'expected a URL that begins with redis://' })
    .optional()
    .describe(
      'URL of a Redis or Valkey server, `redis://…`, for an HTTP cache that several gateways share, and for rate limits with `store: shared`. Without it, each gateway has a cache of its own in memory.',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('data')
    .describe('Folder of the embedded database and of the last known good configuration and documents.'),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('Minimum severity of log messages.'),
  GATEWAY_CONFIG: z
    .string()
    .min(1)
    .default('gateway.yaml')
    .describe('Configuration file with the services behind the gateway and their policies.'),
  IDENTITY: z
    .enum(['off', 'headers'])
    .default('off')
    .describe(
      'How services learn who calls. `headers` believes the identity headers of the gateway (`identity: headers` in `gateway.yaml`); use it only where clients cannot reach the services themselves.',
    ),
  IDENTITY_KEY: z
    .string()
    .min(32, 'expected at least 32 characters')
    .optional()
    .describe(
      'Secret of the gateway and its services, the same as `authentication.signingKey`. With it, services believe only the tokens of the gateway (`identity: token`), and no identity headers.',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .optional()
    .describe(
      'Base URL of an OpenTelemetry collector for OTLP over HTTP, such as `http://localhost:4318`. It turns tracing on.',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .optional()
    .describe('The same for traces only: the complete URL with its path.'),
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .describe('Service name in traces. By default: `linkway`, `gateway` or the name of the service.'),
  OTEL_SDK_DISABLED: z
    .string()
    .default('false')
    .transform((text) => text.toLowerCase() === 'true')
    .describe('`true` turns tracing off, regardless of the other variables.'),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS)
    .default('parentbased_always_on')
    .describe(
      'Sampler of traces: `always_on`, `always_off`, `traceidratio`, or one of them with the prefix `parentbased_`.',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the requests to trace with `traceidratio`, from 0 to 1.'),
});

export type SamplerName = (typeof SAMPLERS)[number];

export type Settings = z.infer<typeof variables>;

/** One row of the table of environment variables. */
export interface Variable {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

export const settingsTable: readonly Variable[] = [
  ...Object.entries(variables.shape).map(([name, schema]) => ({
    name,
    default: String(schema.safeParse(undefined).data ?? ''),
    meaning: schema.description ?? '',
  })),
  {
    name: '<SERVICE>_URL',
    default: '',
    meaning:
      'URL of a service, which overrides its `url` in `gateway.yaml`: `ORDERS_URL=http://orders:8083`. Separate several URLs with commas.',
  },
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** Empty variables count as unset, as in a `.env` file with empty values. */
export const readSettings = (env: Environment): Settings => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { success, data, error } = variables.safeParse(given);
  if (success) return data;
  const faults = faultsOf(variables, given, error);
  throw new ConfigError(
    faults.map(({ path, message }) => `Environment variable ${path.join('.')}: ${message}`),
  );
};

/** The variable with the URL of a service: `order-history` → `ORDER_HISTORY_URL`. */
export const urlVariable = (service: string): string =>
  `${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`;
