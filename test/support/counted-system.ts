/** The gateway in front of all services, which record their requests. */
import { loadGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { startGateway } from '../../src/gateway/start.ts';
import { listen } from '../../src/http/server/listen.ts';
import { createLog } from '../../src/observability/log.ts';
import { closeTargets, createTargets } from '../../src/outbound/targets.ts';
import { loadService } from '../../src/service/load.ts';
import { serviceApp } from '../../src/service/start.ts';
import { testDatabase } from './database.ts';

import type { System } from './system.ts';

interface CountedSystem extends System {
  /** The URL of each service by name. */
  readonly services: Readonly<Record<string, string>>;
  /** Returns method and path of the requests since the last call, by service, without health checks. */
  takeRequests(): Record<string, string[]>;
}

const HEALTH = '/health';
const FREE = { port: 0, host: '127.0.0.1' };

export async function startCountedSystem(): Promise<CountedSystem> {
  const log = createLog({ level: 'silent' });
  const database = await testDatabase();
  const { services, limits } = loadGatewayConfig('gateway.yaml');
  let requests: Record<string, string[]> = {};
  const apps = new Map<string, Awaited<ReturnType<typeof serviceApp>>>();
  const places = await Promise.all(
    services.map(async ({ name }) => {
      const listening = await listen((req, res) => {
        // The gateway sends health checks at any time.
        if (!req.url?.startsWith(HEALTH))
          requests[name] = [...(requests[name] ?? []), `${req.method} ${req.url}`];
        apps.get(name)?.(req, res);
      }, FREE);
      return { name, ...listening };
    }),
  );
  const urls = Object.fromEntries(places.map(({ name, url }) => [name, url]));
  const config = loadGatewayConfig('gateway.yaml', { urls });
  const targets = createTargets(config.services);
  for (const { name } of services)
    apps.set(
      name,
      await serviceApp(await loadService(name), { database, targets, neighbours: services, log, limits }),
    );
  const gateway = await startGateway({ config, log, ...FREE });
  return {
    url: gateway.url,
    services: urls,
    takeRequests() {
      const before = requests;
      requests = {};
      return before;
    },
    close: async () => {
      await gateway.close();
      for (const { close } of places) await close(0);
      await closeTargets(targets);
      await database.close();
    },
  };
}
