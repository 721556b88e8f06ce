/**
 * Rejects requests from pages of other sites to operations with unsafe methods, unless CORS allows their origin or the
 * service handles them itself.
 * The decision uses the routed operation, never the text of the path.
 */
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { isSafe, refuseCrossSite } from '../../http/same-site.ts';
import { isHostAllowed } from '../../http/server/allowed-hosts.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';
import type { GatewayCors } from '../cors/gateway-cors.ts';
import type { OperationStep } from './operation-step.ts';

export interface CrossSiteOptions {
  readonly services: readonly Pick<ServiceConfig, 'name' | 'crossSite'>[];
  readonly trustProxy: TrustProxy;
  readonly allowedHosts: readonly string[] | undefined;
  /** Undefined if the services handle CORS themselves. */
  readonly cors: GatewayCors | undefined;
}

export function crossSite({
  services,
  trustProxy,
  allowedHosts = [],
  cors,
}: CrossSiteOptions): OperationStep {
  const passes = new Set(services.filter((one) => one.crossSite === 'pass').map(({ name }) => name));
  // `*` allows any host, but does not make pages of any host trustworthy.
  const ownHosts = allowedHosts.filter((one) => one !== '*');
  const isOwnName = (name: string) => isHostAllowed(ownHosts, name);
  return function crossSite(exchange) {
    const { client, operation } = exchange;
    if (isSafe(exchange) || passes.has(operation.service)) return;
    const isAllowed =
      cors !== undefined && !cors.isPassed(operation.service) && cors.rules.allowsChange(client);
    if (!isAllowed)
      refuseCrossSite(client, { isTrusted: trustProxy(client.socket.remoteAddress), isOwnHost: isOwnName });
  };
}
