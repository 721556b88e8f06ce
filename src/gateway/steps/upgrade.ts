/**
 * Switches a connection to WebSocket, if the client asks for it and `gateway.yaml` allows it for the service: forwards the
 * handshake and joins the connections. Limits the connections of the gateway and of each client. Sends 101, 429, 503, or
 * the response with which the service refuses.
 */
import type { WebSocketConfig, WebSocketLimits } from '../../config/policies/web-socket.ts';
import { contextOf } from '../../http/context.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { upgradeOf } from '../../http/server/upgrade.ts';
import { exchangeOf } from '../exchange.ts';
import type { WebSockets } from '../web-socket/web-sockets.ts';

export interface UpgradeOptions {
  /** The settings of the services that have WebSocket. */
  readonly settings: ReadonlyMap<string, WebSocketConfig>;
  readonly limits: WebSocketLimits;
  readonly webSockets: WebSockets;
  /** Forwards the handshake. */
  readonly forward: Step;
}

export const upgrade = ({ settings, limits, webSockets, forward }: UpgradeOptions): Step =>
  function upgrade(req, res, next) {
    if (upgradeOf(req) === undefined || !settings.has(exchangeOf(req).operation.service)) return next();
    // The client has left while its credentials were verified, so that nothing would free its place.
    if (res.destroyed) return;
    const { caller, client = '' } = contextOf(req);
    // Not the token: one caller may have many of them.
    res.once('close', webSockets.reserve(caller ? `caller ${caller.id}` : client, limits));
    return forward(req, res, next);
  };
