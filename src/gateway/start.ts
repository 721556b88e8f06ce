/** Puts a gateway together from its configuration, lets it listen, and takes over what changes. */
import { setTimeout } from 'node:timers/promises';
import type { LastGood } from '../config/last-known-good.ts';
import type { ConfigFile, GatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { hostGuard } from '../http/server/allowed-hosts.ts';
import { type Listening, listen } from '../http/server/listen.ts';
import type { Log } from '../observability/log.ts';
import { securityWarning } from '../openapi/security.ts';
import { STATUS_PATH } from './portal/discovery/discovery.ts';
import { samplePath } from './portal/discovery/sample-request.ts';
import { INTERVAL } from './portal/status/history.ts';
import { ReloadableGateway } from './reload/reloadable-gateway.ts';
import { watch } from './reload/watch.ts';

export interface StartGatewayOptions {
  /** Read again when it changes, or as it is for good. */
  readonly config: ConfigFile | GatewayConfig;
  readonly port: number;
  readonly host: string;
  readonly log: Log;
  /** What was good before this process began. */
  readonly lastGood?: LastGood;
}

export interface StartedGateway extends Pick<Listening, 'url'> {
  /** Of the listener for those who run it. */
  readonly adminUrl: string | undefined;
  /** Where a person sees how it is. */
  readonly statusUrl: string;
  /** Path and query of a request worth copying. */
  readonly sample: string;
  /** Why it did not start with what is newest, a line a fault. */
  readonly refused: readonly string[];
  /** What the operator should know of, a line a service. */
  readonly warnings: readonly string[];
  /** Takes over what has changed, at once. @returns whether something did */
  reload(): Promise<boolean>;
  /** Is ready no more, and resolves when load balancers have had time to see it. */
  drain(): Promise<void>;
  /** Lets what is in flight finish. */
  close(): Promise<void>;
}

/** @throws ConfigError when a document is broken or the port is taken */
export const startGateway = async (options: StartGatewayOptions): Promise<StartedGateway> => {
  const { config, port, host, log, lastGood } = options;
  const file = 'parse' in config ? config : fixedConfig(config);
  const gateway = await ReloadableGateway.start({ file, log, lastGood });
  const { admin: adminConfig } = gateway.instance.config;
  // Nothing of it is loaded where there is none.
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
  }).catch(async (error: unknown) => {
    await admin?.close();
    throw error;
  });
  const recording = setInterval(
    () => gateway.state.history.record(gateway.instance.snapshot(), Date.now()),
    INTERVAL,
  ).unref();
  const stopWatching = watch({
    places: () => gateway.places.filter(Boolean),
    intervals: () => gateway.instance.config.reload,
    isRefused: () => gateway.refusals.length > 0,
    reload: () => gateway.reload(),
  });
  return {
    url: listening.url,
    adminUrl: admin?.url,
    statusUrl: `${(adminConfig.status && admin?.url) || listening.url}${STATUS_PATH}`,
    sample: samplePath(gateway.instance.services),
    refused: gateway.refusals,
    warnings: gateway.instance
      .snapshot()
      .filter(({ unenforcedSecurity = [] }) => unenforcedSecurity.length > 0)
      .map(({ name, unenforcedSecurity = [] }) => `${name}: ${securityWarning(unenforcedSecurity)}`),
    reload: () => gateway.reload(),
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

const fixedConfig = (config: GatewayConfig): ConfigFile => ({
  path: '',
  text: () => '',
  parse: () => config,
});
