/** `compose.yaml` (Compose Specification): the gateway, each service and PostgreSQL, from the one image. */
import {
  DATA,
  DATABASE_USER,
  type Deployment,
  environmentOf,
  GATEWAY,
  IMAGE,
  PORT,
  POSTGRES,
  type Workload,
} from './workload.ts';

const SECRET = 'database-password';
const SECRET_FILE = `/run/secrets/${SECRET}`;

export function composeOf({ gateway, services, gracePeriodSeconds }: Deployment): object {
  const isAlone = services.length === 0;
  return {
    name: IMAGE,
    services: {
      [GATEWAY]: {
        ...process(gateway, gracePeriodSeconds),
        // Only the gateway builds the image; parallel builds for each service would interfere.
        build: '.',
        // Only for this machine. To use another port: GATEWAY_PORT=9000 docker compose up.
        ports: [`127.0.0.1:\${GATEWAY_PORT:-${PORT}}:${PORT}`],
        networks: ['front', 'back'],
        ...(!isAlone && { depends_on: waitFor(gateway.calls, 'service_started') }),
      },
      ...Object.fromEntries(
        services.map((part) => [
          part.name,
          {
            ...process(part, gracePeriodSeconds),
            pull_policy: 'never',
            secrets: [SECRET],
            networks: ['back'],
            depends_on: waitFor([POSTGRES], 'service_healthy'),
          },
        ]),
      ),
      ...(!isAlone && { [POSTGRES]: postgres }),
    },
    networks: { front: {}, back: { internal: true } },
    ...(!isAlone && {
      volumes: { [POSTGRES]: {} },
      secrets: { [SECRET]: { file: `\${DATABASE_PASSWORD_FILE:-./data/${SECRET}}` } },
    }),
  };
}

/** Its content counts as memory of the container, and no file in it can be executed. */
const TMPFS = 'mode=1777,size=64m,noexec,nosuid,nodev';

const process = (part: Workload, gracePeriodSeconds: number) => ({
  image: IMAGE,
  command: part.command,
  environment: {
    ...environmentOf(part),
    ...(part.hasDatabase && { DATABASE_PASSWORD_FILE: SECRET_FILE }),
  },
  read_only: true,
  tmpfs: [DATA, '/tmp'].map((folder) => `${folder}:${TMPFS}`),
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  mem_limit: '512m',
  cpus: 1,
  pids_limit: 128,
  restart: 'unless-stopped',
  stop_grace_period: `${gracePeriodSeconds}s`,
});

const postgres = {
  // To pin the image by its digest: POSTGRES_IMAGE=postgres@sha256:….
  image: `\${POSTGRES_IMAGE:-postgres:17}`,
  environment: {
    POSTGRES_USER: DATABASE_USER,
    POSTGRES_DB: DATABASE_USER,
    POSTGRES_PASSWORD_FILE: SECRET_FILE,
  },
  secrets: [SECRET],
  volumes: [`${POSTGRES}:/var/lib/postgresql/data`],
  networks: ['back'],
  healthcheck: {
    test: ['CMD', 'pg_isready', '--username', DATABASE_USER, '--host', '127.0.0.1'],
    interval: '5s',
    timeout: '3s',
    retries: 10,
    start_period: '10s',
  },
  security_opt: ['no-new-privileges:true'],
  mem_limit: '1g',
  shm_size: '128m',
  restart: 'unless-stopped',
};

const waitFor = (names: readonly string[], condition: string) =>
  Object.fromEntries(names.map((name) => [name, { condition }]));
