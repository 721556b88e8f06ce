/**
 * Sends the response of a service to a WebSocket handshake: a 101 joins the connections, and any other response is sent as
 * usual. Nothing of the gateway is between the two then, except for the limits.
 */
import type { IncomingMessage } from 'node:http';
import type { WebSocketConfig } from '../../config/policies/web-socket.ts';
import { withoutHeaders } from '../../http/headers/raw-headers.ts';
import { upgradeOf } from '../../http/server/upgrade.ts';
import { BEARER, offeredBearer } from '../../http/web-socket/bearer-protocol.ts';
import { exchangeOf } from '../exchange.ts';
import type { SendUpstreamResponse } from '../proxy/send-upstream-response.ts';
import { relay } from './relay.ts';
import type { WebSockets } from './web-sockets.ts';

export interface JoinOptions {
  /** The settings of the services that have WebSocket. */
  readonly settings: ReadonlyMap<string, WebSocketConfig>;
  readonly webSockets: WebSockets;
  /** When the credentials of a client end, in milliseconds since 1970; `Infinity` if they do not. */
  readonly expiresAt: (req: IncomingMessage) => number;
  /** Sends responses without a connection. */
  readonly sendUpstreamResponse: SendUpstreamResponse;
}

/** A 101 has no content (RFC 9110 §8.6). */
const CONTENT_HEADERS: ReadonlySet<string> = new Set(['content-length', 'content-type']);

const UPGRADE_HEADERS = ['Connection', 'Upgrade', 'Upgrade', 'websocket'];

export const joinConnections =
  ({ settings, webSockets, expiresAt, sendUpstreamResponse }: JoinOptions): SendUpstreamResponse =>
  (response, req, res, headers) => {
    const { connection } = response;
    if (connection === undefined) return sendUpstreamResponse(response, req, res, headers);
    const { service } = exchangeOf(req).operation;
    const upgrade = upgradeOf(req);
    const config = settings.get(service);
    if (upgrade === undefined || config === undefined || res.destroyed) {
      connection.destroy();
      res.destroy();
      return;
    }
    const head = withoutHeaders(headers, CONTENT_HEADERS).concat(UPGRADE_HEADERS);
    const selectsNothing = response.header('sec-websocket-protocol') === undefined;
    if (selectsNothing && offeredBearer(req)) head.push('Sec-WebSocket-Protocol', BEARER);
    const counts = webSockets.of(service);
    counts.open += 1;
    counts.opened += 1;
    res.once('close', () => {
      counts.open -= 1;
    });
    const end = relay({
      client: upgrade.accept(head),
      service: connection,
      idleTimeout: config.idleTimeout,
      maxTime: config.maxTime,
      expiresAt: expiresAt(req),
      onBytes: (from, count) => {
        if (from === 'client') counts.received += count;
        else counts.sent += count;
      },
    });
    upgrade.onEnd(() => end('shutdown'));
  };
