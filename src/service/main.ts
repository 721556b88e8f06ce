/** Runs one service alone: `npm run start:service -- orders`. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ConfigError } from '../config/config-error.ts';
import { databaseUrl } from '../config/database-url.ts';
import { readSettings } from '../config/settings.ts';
import { loadGatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { createLog } from '../observability/log.ts';
import { startTracing } from '../observability/start-tracing.ts';
import { closeTargets, createTargets } from '../outbound/targets.ts';
import { readUpstreamTls } from '../outbound/upstream-tls.ts';
import { type Running, run } from '../run.ts';
import { openDatabase } from '../storage/database.ts';
import { loadService } from './load.ts';
import { startService } from './start.ts';

async function start(name: string | undefined): Promise<Running> {
  const settings = readSettings(process.env);
  const config = loadGatewayConfig(settings.GATEWAY_CONFIG, { env: process.env, ignoresMissing: true });
  const own = config.services.find((service) => service.name === name);
  if (name === undefined || own === undefined)
    throw new ConfigError(
      `choose one of the services in ${settings.GATEWAY_CONFIG}: ${config.services.map((one) => one.name).join(', ')}`,
    );
  await startTracing(settings, name);
  const service = await loadService(name);
  const log = createLog({ level: settings.LOG_LEVEL });
  const database = await openDatabase({ url: databaseUrl(settings), dataDir: join(settings.DATA_DIR, name) });
  const called = config.services.filter((other) => other.name in service.linked);
  const targets = createTargets(
    await Promise.all(called.map(async (other) => ({ ...other, tls: await readUpstreamTls(other) }))),
  );
  // Without PORT, the service listens on the port that gateway.yaml configures.
  const port = process.env.PORT ? settings.PORT : Number(new URL(own.urls[0] ?? '').port);
  const listening = await startService(service, {
    database,
    targets,
    neighbours: config.services,
    identity: settings,
    log,
    limits: config.limits,
    port,
    host: settings.HOST,
    ownHosts: own.urls.map((url) => new URL(url).hostname),
  });
  process.stdout.write(`${service.contract.title}: ${listening.url}\n`);
  return {
    drain: () => {
      listening.drain();
      return setTimeout(config.shutdown.drain);
    },
    close: async () => {
      await listening.close(config.shutdown.grace);
      await closeTargets(targets);
      await database.close();
    },
  };
}

await run(() => start(process.argv[2]));
