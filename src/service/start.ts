/** Starts a service: its schema, its clients, its handlers, its port. The same whether it runs alone or with others. */

import { type Listening, listen } from '../http/listen.ts';
import type { Log } from '../http/log.ts';
import { createClient } from '../outbound/client.ts';
import { type JsonTarget, sendJson } from '../outbound/json.ts';
import type { Database } from '../storage/database.ts';
import { createService } from './app.ts';
import type { Service } from './service.ts';

export interface StartServiceOptions {
  readonly database: Database;
  /** The services that it may call; those that it does not link to are not used. */
  readonly targets: ReadonlyMap<string, JsonTarget>;
  readonly log: Pick<Log, 'logger' | 'lines'>;
  readonly port: number;
  readonly host: string;
}

/** @throws Error when a linked service has no target */
export async function startService(service: Service, options: StartServiceOptions): Promise<Listening> {
  return listen(await serviceApp(service, options), options);
}

export async function serviceApp(
  service: Service,
  { database, targets, log }: Pick<StartServiceOptions, 'database' | 'targets' | 'log'>,
) {
  const { contract, linked, affordances, migrations } = service;
  const target = (name: string): JsonTarget => {
    const found = targets.get(name);
    if (found === undefined) throw new Error(`${contract.service} links to ${name}, which is not configured`);
    return found;
  };
  const db = await database.schema(contract.service.replaceAll('-', '_'), migrations);
  const services = Object.fromEntries(
    Object.entries(linked).map(([name, other]) => [name, createClient(other, target(name))]),
  );
  return createService({
    contract,
    handlers: service.handlers({ db, services }),
    affordances,
    linked: Object.values(linked),
    getJson: (name, path, accept) => sendJson(target(name), { method: 'GET', path, accept }),
    log,
  });
}
