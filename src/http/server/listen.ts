/**
 * Serves an app on a port, and closes the server without cutting off requests that are in progress. It also limits
 * what a client can cost by its connections alone, whatever the app does.
 *
 * Sends 400, 405, 408, 417 (RFC 9110 §15.5.18), 431 and 503 without the app.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ConfigError } from '../../config/config-error.ts';
import { type ConnectionLimits, defaultLimits } from '../../config/limits.ts';
import { badRequest, crossSite, expectationFailed } from '../../contract/problems.ts';
import { hasBody } from '../body/request-body.ts';
import { sendRawProblem } from '../problems/raw-problem.ts';
import { toOriginForm } from '../uri/request-target.ts';
import type { HostGuard } from './allowed-hosts.ts';
import { handleClientError, rejectConnect } from './client-error.ts';
import { Connections } from './connections.ts';
import { validateFraming } from './framing.ts';
import { ListenerResponse } from './response-head.ts';
import { enforceBodyRate } from './slow-body.ts';
import type { ListenerTls } from './tls/server-certificate.ts';
import { discardUnreadBody } from './unread-body.ts';
import { receiveUpgrade } from './upgrade.ts';
import { validateHost } from './validate-host.ts';

export interface ListenOptions {
  /** With 0 the system picks a free port. */
  readonly port: number;
  readonly host: string;
  readonly server?: ServerOptions;
  /** The current limits of connections. */
  readonly limits?: () => ConnectionLimits;
  /** Refuses requests for hosts of other servers. Without it every host is accepted. */
  readonly guard?: HostGuard | undefined;
  /** Prepares the response to a request that is refused without the app, such as its CORS headers. */
  readonly prepare?: (req: IncomingMessage, res: ServerResponse) => void;
  /** Whether a request may switch protocols. Others are handled as if they had no `Upgrade`. By default none may. */
  readonly upgrades?: (req: IncomingMessage) => boolean;
  /** Serves HTTPS, and HTTP/2 where it is on. Without it the listener serves plain HTTP. */
  readonly tls?: ListenerTls | undefined;
  /** The names of the settings for port and address, used in error messages. */
  readonly names?: { readonly port: string; readonly host: string };
}

export interface Listening {
  readonly url: string;
  /** From now on each response closes its connection. */
  drain(): void;
  /**
   * Stops accepting connections, waits for requests in progress, and ends those that take longer.
   * @param grace milliseconds to wait
   */
  close(grace?: number): Promise<void>;
}

const DEFAULT_NAMES = { port: 'PORT', host: 'HOST' };
const DEFAULT_GRACE = 10_000;
const SWEEP_INTERVAL = 50;
/** Milliseconds in which clients have to read the last responses after the grace period. */
const FINAL_RESPONSE_TIMEOUT = 500;
/** Milliseconds in which a request has to arrive; the default of Node. */
const REQUEST_TIMEOUT = 300_000;
/** Interval in which late heads are detected. */
const MAX_CHECK_INTERVAL = 5_000;
const MIN_CHECK_INTERVAL = 50;

/** @throws ConfigError when the port or the address cannot be used */
export async function listen(app: RequestListener, options: ListenOptions): Promise<Listening> {
  const {
    port,
    host,
    server: serverOptions = {},
    names = DEFAULT_NAMES,
    limits = () => defaultLimits,
    guard,
    prepare = () => {},
    upgrades = () => false,
    tls,
  } = options;
  const { head } = limits().slow;
  const httpOptions: ServerOptions = {
    headersTimeout: head,
    requestTimeout: Math.max(REQUEST_TIMEOUT, head),
    connectionsCheckingInterval:
      head > 0 ? Math.min(MAX_CHECK_INTERVAL, Math.max(MIN_CHECK_INTERVAL, head / 4)) : MAX_CHECK_INTERVAL,
    ...serverOptions,
    // The 400 of Node for a missing Host has no body.
    requireHostHeader: false,
    ServerResponse: ListenerResponse as never,
    // While earlier responses are in progress, the connection is not free to switch.
    shouldUpgradeCallback: (req) => connections.unfinished(req.socket) === undefined && upgrades(req),
  };
  // Modules for TLS are loaded only where it is configured.
  const secure = tls && (await import('./tls/secure-server.ts'));
  const server = secure ? secure.createSecureServer(httpOptions, tls) : createServer(httpOptions);
  const connections = new Connections(server, limits, { prepare, isSecure: tls !== undefined });
  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const fault = validateHost(req) ?? validateFraming(req) ?? toOriginForm(req);
    if (hasBody(req)) {
      discardUnreadBody(req, res);
      enforceBodyRate(req, res, limits().slow);
    }
    const refusal = fault === undefined ? guard?.(req) : undefined;
    if ((fault ?? refusal) !== undefined) prepare(req, res);
    if (fault !== undefined) sendRawProblem(res, badRequest, {}, fault);
    else if (refusal !== undefined) sendRawProblem(res, crossSite, {}, refusal);
    else app(req, res);
  };
  // `upgrade` is an event of this server too, of HTTP/1.1 over TLS or without it.
  const served = secure?.serveConnections(server, { connections, limits, handle });
  server.on('request', (req, res) => connections.schedule(req, res, () => handle(req, res)));
  server.on('upgrade', (req, socket: Socket, head) => {
    const res = receiveUpgrade(req, socket, head);
    connections.schedule(req, res, () => handle(req, res));
  });
  server.on('checkExpectation', (req, res) =>
    connections.schedule(req, res, () => {
      prepare(req, res);
      sendRawProblem(res, expectationFailed);
    }),
  );
  server.on('clientError', handleClientError(connections));
  server.on('connect', rejectConnect(connections));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(toConfigError(error, { port, host }, names)),
    );
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    drain: () => connections.drain(),
    close: (grace = DEFAULT_GRACE) =>
      new Promise((resolve) => {
        connections.drain();
        connections.endUpgraded();
        connections.closeSessions();
        served?.closeHandshakes();
        // Keep-alive connections become idle one by one.
        const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL);
        const end = setTimeout(() => connections.end(), grace);
        const cut = setTimeout(() => {
          server.closeAllConnections();
          connections.destroy();
        }, grace + FINAL_RESPONSE_TIMEOUT);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(end);
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

function toConfigError(
  error: NodeJS.ErrnoException,
  { port, host }: Pick<ListenOptions, 'port' | 'host'>,
  names: NonNullable<ListenOptions['names']>,
): Error {
  const messages: Readonly<Record<string, string>> = {
    EADDRINUSE: `${names.port}: port ${port} is already in use; stop the process that listens there or set ${names.port} to another port`,
    EACCES: `${names.port}: this user may not use port ${port}; set ${names.port} to a port above 1023`,
    EADDRNOTAVAIL: `${names.host}: ${host} is not an address of this machine; set ${names.host} to one of its addresses`,
    ENOTFOUND: `${names.host}: the host ${host} cannot be resolved; set ${names.host} to an address of this machine`,
  };
  const message = messages[error.code ?? ''];
  return message === undefined ? error : new ConfigError(message, error);
}
