/** `npm start`: runs the gateway and all local services in one process. They communicate over HTTP. */
import type { RequestListener } from 'node:http';
import { currentConfig } from './config/current-config.ts';
import { databaseUrl } from './config/database-url.ts';
import { LastKnownGood } from './config/last-known-good.ts';
import type { Limits } from './config/limits.ts';
import { type Environment, readSettings } from './config/settings.ts';
import { configFile, type GatewayConfig } from './config/yaml/gateway-yaml.ts';
import { banner, readableUrl } from './gateway/banner.ts';
import { resolveLinkway } from './gateway/extension/resolve-linkway.ts';
import { startGateway } from './gateway/start.ts';
import { HeldBodies } from './http/body/held-bodies.ts';
import { hostGuard } from './http/server/allowed-hosts.ts';
import { type Listening, listen } from './http/server/listen.ts';
import { createLog, type Log } from './observability/log.ts';
import { startTracing } from './observability/start-tracing.ts';
import { closeTargets, createTargets } from './outbound/targets.ts';
import { readUpstreamTls } from './outbound/upstream-tls.ts';
import { type Running, run } from './run.ts';
import { hasServiceCode, loadService } from './service/load.ts';
import type { IdentitySettings } from './service/security/identity.ts';
import { serviceApp } from './service/start.ts';
import { type Database, openDatabase } from './storage/database.ts';

export interface StartedSystem extends Required<Running> {
  readonly url: string;
  /** URL of the status page. */
  readonly statusUrl: string;
  /** Path of a sample request. */
  readonly sample: string;
  /** URL of each service by name. */
  readonly services: Readonly<Record<string, string>>;
  /** The faults of the current configuration, if an older one is in use. */
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
  /** Whether no credentials are checked, although documents require some. */
  readonly isOpen: boolean;
}

const LOOPBACK = '127.0.0.1';

/** @throws ConfigError for faults of the configuration */
export async function start(env: Environment): Promise<StartedSystem> {
  const settings = readSettings(env);
  const log = createLog({ level: settings.LOG_LEVEL });
  const lastGood = new LastKnownGood(settings.DATA_DIR, (message) => log.logger.warn(message));
  const file = configFile(settings.GATEWAY_CONFIG, { env });
  const { config: configured } = currentConfig(file, lastGood.text(file.path));
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closers.toReversed()) await one();
  };
  try {
    const database = await openDatabase({ url: databaseUrl(settings), dataDir: settings.DATA_DIR });
    closers.push(() => database.close());
    const urls = await startServices(configured, { database, identity: settings, log }, closers);
    const config = configFile(settings.GATEWAY_CONFIG, { env, urls });
    const gateway = await startGateway({
      config,
      lastGood,
      log,
      port: settings.PORT,
      host: settings.HOST,
    });
    closers.push(() => gateway.close());
    const { sample, refused, isOpen, reload, drain } = gateway;
    const warnings = isOpen ? gateway.warnings : [...gateway.warnings, ...gateway.unenforced];
    const [url, statusUrl] = [readableUrl(gateway.url), readableUrl(gateway.statusUrl)];
    return { url, statusUrl, sample, services: urls, refused, warnings, isOpen, reload, drain, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface SharedByServices {
  readonly database: Database;
  readonly identity: IdentitySettings;
  readonly log: Log;
}

/** @returns the URL of each service that runs in this process */
async function startServices(
  config: GatewayConfig,
  shared: SharedByServices,
  closers: (() => Promise<void>)[],
): Promise<Record<string, string>> {
  const names = config.services
    .filter(({ name, isMock }) => hasServiceCode(name) && !isMock)
    .map(({ name }) => name);
  // Services call each other, so all ports are opened before the first service starts.
  const places = await Promise.all(names.map((name) => reserve(name, config.limits)));
  closers.push(
    ...places.map(
      ({ listening }) =>
        () =>
          listening.close(),
    ),
  );
  const urls = Object.fromEntries(places.map(({ name, listening }) => [name, listening.url]));
  const services = await Promise.all(names.map(loadService));
  const called = config.services.filter(({ name }) =>
    services.some(({ linked }) => Object.hasOwn(linked, name)),
  );
  const targets = createTargets(
    await Promise.all(
      called.map(async (service) => ({
        ...service,
        tls: await readUpstreamTls(service),
        // A service in the same process needs no health checks.
        ...(Object.hasOwn(urls, service.name) && { urls: [urls[service.name] as string], health: undefined }),
      })),
    ),
  );
  closers.push(() => closeTargets(targets));
  const heldBodies = new HeldBodies();
  for (const [index, service] of services.entries())
    places[index]?.serve(
      await serviceApp(service, {
        ...shared,
        targets,
        neighbours: config.services,
        limits: config.limits,
        heldBodies,
      }),
    );
  return urls;
}

interface ReservedService {
  readonly name: string;
  readonly listening: Listening;
  serve(app: RequestListener): void;
}

async function reserve(name: string, limits: Limits): Promise<ReservedService> {
  let app: RequestListener = (_req, res) => void res.writeHead(503, { 'Retry-After': '1' }).end();
  const listening = await listen((req, res) => app(req, res), {
    port: 0,
    host: LOOPBACK,
    limits: () => limits,
    guard: hostGuard(LOOPBACK),
  });
  return {
    name,
    listening,
    serve: (made) => {
      app = made;
    },
  };
}

const OPEN = 'The sample is open: everyone may do everything. `npm run start:secure` runs it with sign-in.';

if (import.meta.main) {
  resolveLinkway();
  await run(async () => {
    await startTracing(readSettings(process.env), 'linkway');
    const system = await start(process.env);
    process.stdout.write(banner({ ...system, note: system.isOpen ? OPEN : undefined }));
    return system;
  });
}
