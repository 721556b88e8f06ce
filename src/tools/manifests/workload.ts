/** What is run apart from the others: the gateway, and each service whose code is here. */
import { ConfigError } from '../../config/config-error.ts';
import { MAX_CONNECTIONS } from '../../config/database-url.ts';
import { urlVariable } from '../../config/settings.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { isHere, loadService } from '../../service/load.ts';

export interface Workload {
  readonly name: string;
  /** What the image is told to run. */
  readonly command: readonly string[];
  /** Names of the parts that it calls. */
  readonly calls: readonly string[];
  readonly hasDatabase: boolean;
  /** How many of it an autoscaler may start. */
  readonly maxReplicas: number;
}

export interface Deployment {
  readonly gateway: Workload;
  readonly services: readonly Workload[];
  /** How long a part has to end, in seconds: to drain, to finish what is in flight, and a little more. */
  readonly gracePeriodSeconds: number;
}

export const GATEWAY = 'gateway';
export const POSTGRES = 'postgres';
/** Of every part in its container. */
export const PORT = 8080;
export const IMAGE = 'linkway';
/** Of the user that the image runs as. */
export const USER = 1000;
export const DATA = '/data';
export const DATABASE_USER = 'linkway';
export const DATABASE_PORT = 5432;
const DATABASE = `postgres://${DATABASE_USER}@${POSTGRES}:${DATABASE_PORT}/${DATABASE_USER}`;

const GRACE_MARGIN = 5;
/** Of a part, and at the least: one that is moved must not be all there are. */
const MAX_REPLICAS = 10;
export const MIN_REPLICAS = 2;
/** That PostgreSQL has without being told, but for those that it keeps for its operators and some for others. */
const DATABASE_CONNECTIONS = 90;
/** RFC 1123 section 2.1, in lower case, as Kubernetes has it. */
const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

/** @throws ConfigError when the name of a service cannot be the name of a host, or is taken */
export async function deploymentOf({ services, shutdown }: GatewayConfig): Promise<Deployment> {
  const own = services.filter(({ name, isMock }) => isHere(name) && !isMock).map(({ name }) => name);
  for (const name of own) {
    if (!LABEL.test(name))
      throw new ConfigError(
        `${name} is not a valid host name: use a-z, 0-9 and hyphens, and at most 63 characters`,
      );
    if (name === GATEWAY || name === POSTGRES)
      throw new ConfigError(`${name} is the name of another container; rename the service`);
  }
  return {
    gateway: {
      name: GATEWAY,
      command: ['src/gateway/main.ts'],
      calls: own,
      hasDatabase: false,
      maxReplicas: MAX_REPLICAS,
    },
    services: await Promise.all(own.map((name) => serviceOf(name, own))),
    gracePeriodSeconds: Math.ceil((shutdown.drain + shutdown.grace) / 1000) + GRACE_MARGIN,
  };
}

/** So many that all of them together find a connection each time. */
const maxReplicasFor = (services: readonly string[]): number =>
  Math.max(
    MIN_REPLICAS,
    Math.min(MAX_REPLICAS, Math.floor(DATABASE_CONNECTIONS / (MAX_CONNECTIONS * services.length))),
  );

async function serviceOf(name: string, own: readonly string[]): Promise<Workload> {
  const { linked } = await loadService(name);
  return {
    name,
    hasDatabase: true,
    maxReplicas: maxReplicasFor(own),
    command: ['src/service/main.ts', name],
    calls: Object.keys(linked)
      .filter((other) => own.includes(other))
      .toSorted(),
  };
}

/** Where a part finds those that it calls, and the database. */
export const environmentOf = ({ calls, hasDatabase }: Workload): Record<string, string> => ({
  ...Object.fromEntries(calls.map((name) => [urlVariable(name), `http://${name}:${PORT}`])),
  ...(hasDatabase && { DATABASE_URL: DATABASE }),
});
