/** Starts a gateway from its configuration and applies changes while it runs. */
import { setTimeout } from 'node:timers/promises';
import type { LastKnownGood } from '../config/last-known-good.ts';
import { configWarnings } from '../config/warnings.ts';
import { watch } from '../config/watch.ts';
import type { ConfigFile, GatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { hostGuard } from '../http/server/allowed-hosts.ts';
import { type Listening, type ListenOptions, listen } from '../http/server/listen.ts';
import type { ServerCertificate } from '../http/server/tls/server-certificate.ts';
import type { Log } from '../observability/log.ts';
import { securityWarning } from '../openapi/security.ts';
import { STATUS_PATH } from './portal/discovery/discovery.ts';
import { samplePath } from './portal/discovery/sample-request.ts';
import { INTERVAL } from './portal/status/history.ts';
import { ReloadableGateway } from './reload/reloadable-gateway.ts';
import { SchemeFaultLog } from './reload/security-warnings.ts';

export interface StartGatewayOptions {
  /** A file that is read again when it changes, or a fixed configuration. */
  readonly config: ConfigFile | GatewayConfig;
  readonly port: number;
  readonly host: string;
  readonly log: Log;
  /** Files that were valid before this process started. */
  readonly lastGood?: LastKnownGood | undefined;
  /** The names of the settings for port and address, used in error messages. */
  readonly names?: ListenOptions['names'];
}

export interface StartedGateway extends Pick<Listening, 'url'> {
  /** URL of the admin listener. */
  readonly adminUrl: string | undefined;
  /** URL of the status page. */
  readonly statusUrl: string;
  /** Path and query of a sample request. */
  readonly sample: string;
  /** Why the newest configuration or documents are not in use, one line per fault. */
  readonly refused: readonly string[];
  /** Warnings for the operator about the configuration. */
  readonly warnings: readonly string[];
  /** Whether no credentials are checked, although documents require some. */
  readonly isOpen: boolean;
  /** Operations whose security is not enforced, one line per service. */
  readonly unenforced: readonly string[];
  /** Applies changes now. @returns whether anything has changed */
  reload(): Promise<boolean>;
  /** Reports not ready, and resolves when load balancers have had time to notice. */
  drain(): Promise<void>;
  /** Closes the gateway after the requests in flight have finished. */
  close(): Promise<void>;
}

/** @throws ConfigError when a document is broken or the port is taken */
export const startGateway = async (options: StartGatewayOptions): Promise<StartedGateway> => {
  const { config, port, host, log, lastGood, names } = options;
  const file = 'parse' in config ? config : fixedConfig(config);
  const gateway = await ReloadableGateway.start({ file, log, lastGood });
  const { admin: adminConfig } = gateway.instance.config;
  const tls = await loadCertificate(gateway, log);
  // Modules of the admin listener are loaded only if it is configured.
  const admin =
    adminConfig.port === undefined
      ? undefined
      : await (await import('./admin/start.ts')).startAdmin(gateway, {
          port: adminConfig.port,
          host: adminConfig.host,
          log,
        });
  const listening = await listen(gateway.handle, {
    port,
    host,
    limits: () => gateway.instance.config.limits,
    guard: hostGuard(host, () => gateway.instance.hostRules),
    prepare: (req, res) => gateway.instance.prepareRefusal(req, res),
    ...(names && { names }),
    upgrades: (req) => gateway.instance.upgrades(req),
    tls,
  }).catch(async (error: unknown) => {
    await admin?.close();
    throw error;
  });
  const faultLog = new SchemeFaultLog(log.logger);
  faultLog.update(gateway.instance.schemeFaults());
  const recording = setInterval(() => {
    gateway.state.history.record(gateway.instance.snapshot(), Date.now());
    faultLog.update(gateway.instance.schemeFaults());
  }, INTERVAL).unref();
  const reload = async (): Promise<boolean> => {
    const isReloaded = await gateway.reload();
    return ((await tls?.reload(gateway.instance.config.tls)) ?? false) || isReloaded;
  };
  const stopWatching = watch({
    places: () => [...gateway.places.filter(Boolean), ...(tls?.places ?? [])],
    intervals: () => gateway.instance.config.reload,
    isRefused: () => gateway.refusals.length > 0,
    reload,
  });
  const unenforced = gateway.instance
    .snapshot()
    .filter(({ unenforcedSecurity = [] }) => unenforcedSecurity.length > 0)
    .map(({ name, unenforcedSecurity = [] }) => `${name}: ${securityWarning(unenforcedSecurity)}`);
  return {
    url: listening.url,
    adminUrl: admin?.url,
    statusUrl: `${(adminConfig.status && admin?.url) || listening.url}${STATUS_PATH}`,
    sample: samplePath(gateway.instance.services),
    refused: gateway.refusals,
    warnings: [...configWarnings(gateway.instance.config), ...gateway.instance.securityWarnings()],
    isOpen: gateway.instance.config.authentication === undefined && unenforced.length > 0,
    unenforced,
    reload,
    drain: () => {
      gateway.state.isDraining = true;
      listening.drain();
      return setTimeout(gateway.instance.config.shutdown.drain);
    },
    close: async () => {
      stopWatching();
      clearInterval(recording);
      gateway.state.isDraining = true;
      await listening.close(gateway.instance.config.shutdown.grace);
      await admin?.close();
      await gateway.close();
    },
  };
};

/** Modules of TLS are loaded only if it is configured. @throws ConfigError when its files cannot be used */
async function loadCertificate(
  gateway: ReloadableGateway,
  { logger }: Log,
): Promise<ServerCertificate | undefined> {
  const { tls } = gateway.instance.config;
  if (tls === undefined) return undefined;
  const { ServerCertificate } = await import('../http/server/tls/server-certificate.ts');
  try {
    const certificate = await ServerCertificate.load(tls, logger);
    gateway.state.tls = () => certificate.status();
    return certificate;
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

const fixedConfig = (config: GatewayConfig): ConfigFile => ({
  path: '',
  text: () => '',
  parse: () => config,
});
