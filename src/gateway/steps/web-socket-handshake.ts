/**
 * Checks a WebSocket handshake before the credentials of the client are: its version and key, and the page that sends it.
 *
 * The same-origin policy of browsers does not apply to WebSocket (RFC 6455 §10.2): without this check, a page of any site
 * could talk to a service with the cookies of its visitor. Reads `Origin`, `Sec-Fetch-Site`, `Sec-WebSocket-*`. Sends 400,
 * 403 or 426. Moves a token that is offered as a subprotocol to `Authorization`.
 */
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { Problem } from '../../contract/problem.ts';
import { crossSite } from '../../contract/problems.ts';
import { isSameOrigin } from '../../http/same-site.ts';
import { isHostAllowed } from '../../http/server/allowed-hosts.ts';
import type { TrustProxy } from '../../http/server/trust-proxy.ts';
import { upgradeOf } from '../../http/server/upgrade.ts';
import { moveTokenToAuthorization } from '../../http/web-socket/bearer-protocol.ts';
import { checkHandshake } from '../../http/web-socket/handshake.ts';
import type { GatewayCors } from '../cors/gateway-cors.ts';
import type { OperationStep } from './operation-step.ts';

export interface WebSocketHandshakeOptions {
  readonly services: readonly Pick<ServiceConfig, 'name' | 'webSocket' | 'crossSite'>[];
  readonly trustProxy: TrustProxy;
  readonly allowedHosts: readonly string[] | undefined;
  /** Undefined if the gateway does not handle CORS. */
  readonly cors: GatewayCors | undefined;
}

export function webSocketHandshake({
  services,
  trustProxy,
  allowedHosts = [],
  cors,
}: WebSocketHandshakeOptions): OperationStep {
  const settings = new Map(
    services.flatMap(({ name, webSocket, crossSite: mode }) =>
      webSocket ? [[name, { ...webSocket, passesOrigins: mode === 'pass' }] as const] : [],
    ),
  );
  const ownHosts = allowedHosts.filter((one) => one !== '*');
  const isOwnHost = (name: string) => isHostAllowed(ownHosts, name);
  return function webSocketHandshake({ client, isInternal, operation: { service } }) {
    if (isInternal || upgradeOf(client) === undefined) return;
    const config = settings.get(service);
    if (config === undefined) return;
    const isTrusted = trustProxy(client.socket.remoteAddress);
    const isAllowed = cors !== undefined && !cors.isPassed(service) && cors.rules.allowsChange(client);
    if (!config.passesOrigins && !isAllowed && !isSameOrigin(client, { isTrusted, isOwnHost }))
      throw new Problem(
        crossSite,
        'Pages of another site may not open WebSocket connections to this server.',
      );
    checkHandshake(client);
    if (config.token === 'authorization') moveTokenToAuthorization(client);
  };
}
