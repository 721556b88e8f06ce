/** Puts a gateway together from its configuration, lets it listen, and takes over what changes. */
import { setTimeout } from 'node:timers/promises';
import type { LastKnownGood } from '../config/last-known-good.ts';
import type { ConfigFile, GatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { hostGuard } from '../http/server/allowed-hosts.ts';
import { type Listening, listen } from '../http/server/listen.ts';
import type { Log } from '../observability/log.ts';
import { securityWarning } from '../openapi/security.ts';
import { STATUS_PATH } from './portal/discovery/discovery.ts';
import { samplePath } from './portal/discovery/sample-request.ts';
import { INTERVAL } from './portal/status/history.ts';
import { Live } from './reload/reloadable-gateway.ts';
import { watch } from './reload/watch.ts';

export interface StartGatewayOptions {
  /** Read again when it changes, or as it is for good. */
  readonly config: ConfigFile | GatewayConfig;
  readonly port: number;
  readonly host: string;
  readonly log: Log;
  /** What was good before this process began. */
  readonly lastGood?: LastKnownGood;
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
  const file = 'parse' in config ? config : fixed(config);
  const live = await Live.start({ file, log, lastGood });
  const { admin: told } = live.generation.config;
  // Nothing of it is loaded where there is none.
  const admin =
    told.port === undefined
      ? undefined
      : await (await import('./admin/start.ts')).startAdmin(live, { port: told.port, host: told.host, log });
  const listening = await listen(live.handle, {
    port,
    host,
    limits: () => live.generation.config.limits,
    guard: hostGuard(host, () => live.generation.hostRules),
  }).catch(async (error: unknown) => {
    await admin?.close();
    throw error;
  });
  const look = setInterval(
    () => live.state.history.record(live.generation.snapshot(), Date.now()),
    INTERVAL,
  ).unref();
  const unwatch = watch({
    places: () => live.places.filter(Boolean),
    intervals: () => live.generation.config.reload,
    isRefused: () => live.refusals.length > 0,
    reload: () => live.reload(),
  });
  return {
    url: listening.url,
    adminUrl: admin?.url,
    statusUrl: `${(told.status && admin?.url) || listening.url}${STATUS_PATH}`,
    sample: samplePath(live.generation.services),
    refused: live.refusals,
    warnings: live.generation
      .snapshot()
      .filter(({ unenforcedSecurity = [] }) => unenforcedSecurity.length > 0)
      .map(({ name, unenforcedSecurity = [] }) => `${name}: ${securityWarning(unenforcedSecurity)}`),
    reload: () => live.reload(),
    drain: () => {
      live.state.isDraining = true;
      listening.drain();
      return setTimeout(live.generation.config.shutdown.drain);
    },
    close: async () => {
      unwatch();
      clearInterval(look);
      live.state.isDraining = true;
      await listening.close(live.generation.config.shutdown.grace);
      await admin?.close();
      await live.close();
    },
  };
};

const fixed = (config: GatewayConfig): ConfigFile => ({ path: '', text: () => '', parse: () => config });
