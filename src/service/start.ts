/**
 * Starts a service: its schema, its clients, its handlers, its port. It works the same alone and together with
 * other services.
 */

import { sql } from 'kysely';
import { ConfigError } from '../config/config-error.ts';
import { defaultLimits, type Limits } from '../config/limits.ts';
import type { PathNames } from '../config/path-names.ts';
import type { Contract } from '../contract/contract.ts';
import { HeldBodies } from '../http/body/held-bodies.ts';
import { hostGuard } from '../http/server/allowed-hosts.ts';
import { type Listening, listen } from '../http/server/listen.ts';
import type { Log } from '../observability/log.ts';
import { createClient } from '../outbound/client.ts';
import type { JsonTarget } from '../outbound/json.ts';
import type { TargetSnapshot } from '../outbound/target-snapshot.ts';
import type { Database } from '../storage/database.ts';
import { IdempotencyKeys } from '../storage/idempotency-keys.ts';
import { createService } from './app.ts';
import { getJsonFrom } from './get-json.ts';
import { serviceHealth } from './health.ts';
import { renamePaths } from './rename-paths.ts';
import { createIdentity, type IdentitySettings } from './security/identity.ts';
import type { Service } from './service.ts';

/** The part of a service in `gateway.yaml` that other services need. */
interface Neighbour {
  readonly name: string;
  readonly paths: PathNames;
}

export interface StartServiceOptions {
  readonly database: Database;
  /** The services that it may call. Those that it does not link to are ignored. */
  readonly targets: ReadonlyMap<string, JsonTarget & { snapshot?(): TargetSnapshot }>;
  /** Configured paths, of this service and of others. */
  readonly neighbours?: readonly Neighbour[];
  /** How the service learns who calls. By default it does not. */
  readonly identity?: IdentitySettings | undefined;
  readonly log: Pick<Log, 'logger' | 'lines'>;
  readonly limits?: Limits;
  /** Shared by the services of a process. */
  readonly heldBodies?: HeldBodies;
  /** Returns true as soon as the process drains. */
  readonly isDraining?: () => boolean;
  readonly port: number;
  readonly host: string;
  /** Host names that it accepts besides loopback names. */
  readonly ownHosts?: readonly string[];
}

/** @throws ConfigError when a linked service has no target */
export async function startService(service: Service, options: StartServiceOptions): Promise<Listening> {
  let isDraining = false;
  const app = await serviceApp(service, { ...options, isDraining: () => isDraining });
  const { limits = defaultLimits } = options;
  const { drain, ...listening } = await listen(app, {
    ...options,
    limits: () => limits,
    guard: hostGuard(options.host, () => ({ ownNames: options.ownHosts ?? [] })),
  });
  return {
    ...listening,
    drain: () => {
      isDraining = true;
      drain();
    },
  };
}

export async function serviceApp(
  service: Service,
  {
    database,
    targets,
    neighbours = [],
    identity,
    log,
    limits,
    heldBodies = new HeldBodies(),
    isDraining = () => false,
  }: Omit<StartServiceOptions, 'port' | 'host' | 'ownHosts'>,
) {
  const { affordances, migrations } = service;
  const withConfiguredPaths = (one: Contract): Contract =>
    renamePaths(one, neighbours.find(({ name }) => name === one.service)?.paths ?? {});
  const contract = withConfiguredPaths(service.contract);
  const linked = Object.entries(service.linked).map(
    ([name, other]) => [name, withConfiguredPaths(other)] as const,
  );
  const target = (name: string): JsonTarget => {
    const found = targets.get(name);
    if (found === undefined)
      throw new ConfigError(
        `services/${contract.service} links to ${name}, which is missing in gateway.yaml: add ${name} to its services`,
      );
    return found;
  };
  const db = await database.schema(contract.service.replaceAll('-', '_'), migrations);
  const services = Object.fromEntries(
    linked.map(([name, other]) => [name, createClient(other, target(name))]),
  );
  return createService({
    contract,
    handlers: service.handlers({ db, services }),
    affordances,
    keys: new IdempotencyKeys(db),
    linked: linked.map(([, other]) => other),
    getJson: getJsonFrom(target),
    identity: identity && createIdentity(identity, contract.service),
    log,
    heldBodies,
    health: {
      isDraining,
      checks: serviceHealth({
        ping: () => sql`select 1`.execute(db),
        checkWritable: () => database.checkWritable(),
        snapshots: () => linked.flatMap(([name]) => targets.get(name)?.snapshot?.() ?? []),
      }),
    },
    ...(limits === undefined ? {} : { limits }),
  });
}
