/** Every environment variable that linkway reads: name, default, meaning. `npm run docs` writes their reference page. */
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
    .describe('Port to listen on; `0` takes a free one.'),
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on; `0.0.0.0` to be reached from outside, as in a container.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL that begins with postgres://' })
    .optional()
    .describe('A PostgreSQL server, `postgres://…`; without it an embedded database in `DATA_DIR`.'),
  DATABASE_PASSWORD_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A file with the password for `DATABASE_URL`, as containers are given secrets.'),
  CACHE_URL: z
    .url({ protocol: /^rediss?$/, error: 'expected a URL that begins with redis://' })
    .optional()
    .describe(
      'A Redis or Valkey server, `redis://…`, where gateways keep answers together; without it each has its own in memory.',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('data')
    .describe('Folder of the embedded database, and of documents as they were last good.'),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('Least severe level that is logged.'),
  GATEWAY_CONFIG: z
    .string()
    .min(1)
    .default('gateway.yaml')
    .describe('Which services stand behind the gateway, and their policies.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .optional()
    .describe(
      'Where an OpenTelemetry collector takes OTLP over HTTP, `http://localhost:4318`; turns tracing on.',
    ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
    .optional()
    .describe('The same for traces alone, with its path.'),
  OTEL_SERVICE_NAME: z
    .string()
    .optional()
    .describe(
      'What the process is called in traces, instead of `linkway`, `gateway` or the name of its service.',
    ),
  OTEL_SDK_DISABLED: z
    .string()
    .default('false')
    .transform((text) => text.toLowerCase() === 'true')
    .describe('`true` turns tracing off, whatever else is set.'),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS)
    .default('parentbased_always_on')
    .describe(
      'Which requests are traced: `always_on`, `always_off`, `traceidratio`, or these after `parentbased_`.',
    ),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('The share of them for `traceidratio`.'),
});

export type SamplerName = (typeof SAMPLERS)[number];

export type Settings = z.infer<typeof variables>;

/** One row of the reference page. */
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
      'Where a service is, instead of its `url` in `gateway.yaml`: `ORDERS_URL=http://orders:8083`; several with commas between them.',
  },
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that are set to nothing count as absent, as in a `.env` file with empty values. */
export const readSettings = (env: Environment): Settings => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { success, data, error } = variables.safeParse(given);
  if (success) return data;
  const faults = faultsOf(variables, given, error);
  throw new ConfigError(
    faults.map(({ path, message }) => `Environment variable ${path.join('.')}: ${message}`),
  );
};

/** The variable that says where a service is: `order-history` → `ORDER_HISTORY_URL`. */
export const urlVariable = (service: string): string =>
  `${service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_URL`;
