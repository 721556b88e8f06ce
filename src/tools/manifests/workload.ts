/** The workloads of a deployment: the gateway and each local service. */
import { ConfigError } from '../../config/config-error.ts';
import { MAX_CONNECTIONS } from '../../config/database-url.ts';
import { urlVariable } from '../../config/settings.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import { hasServiceCode, loadService } from '../../service/load.ts';

export interface Workload {
  readonly name: string;
  /** The arguments of the image. */
  readonly command: readonly string[];
  /** Names of the workloads that it calls. */
  readonly calls: readonly string[];
  readonly hasDatabase: boolean;
  /** Maximum number of replicas for the autoscaler. */
  readonly maxReplicas: number;
}

export interface Deployment {
  readonly gateway: Workload;
  readonly services: readonly Workload[];
  /** The time for a workload to stop, in seconds: draining, requests in progress, and a margin. */
  readonly gracePeriodSeconds: number;
}

export const GATEWAY = 'gateway';
export const POSTGRES = 'postgres';
/** The port of every workload in its container. */
export const PORT = 8080;
export const IMAGE = 'linkway';
/** Id of the user of the image. */
export const USER = 1000;
export const DATA = '/data';
export const DATABASE_USER = 'linkway';
export const DATABASE_PORT = 5432;
const DATABASE = `postgres://${DATABASE_USER}@${POSTGRES}:${DATABASE_PORT}/${DATABASE_USER}`;

const GRACE_MARGIN = 5;
/** Limits of replicas: with at least two, one can be moved without an outage. */
const MAX_REPLICAS = 10;
export const MIN_REPLICAS = 2;
/** The default of PostgreSQL, minus connections reserved for superusers and other clients. */
const DATABASE_CONNECTIONS = 90;
/** RFC 1123 section 2.1 in lower case, as Kubernetes requires. */
const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

/** @throws ConfigError when the name of a service is not a valid host name, or is already in use */
export async function deploymentOf({ services, shutdown }: GatewayConfig): Promise<Deployment> {
  const own = services.filter(({ name, isMock }) => hasServiceCode(name) && !isMock).map(({ name }) => name);
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

/** Limits the replicas so that all of them together stay within the connections of the database. */
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

/** The URLs of the services that a workload calls, and of the database. */
export const environmentOf = ({ calls, hasDatabase }: Workload): Record<string, string> => ({
  ...Object.fromEntries(calls.map((name) => [urlVariable(name), `http://${name}:${PORT}`])),
  ...(hasDatabase && { DATABASE_URL: DATABASE }),
});
