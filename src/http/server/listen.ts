/**
 * An app on a port, and how it leaves it: nothing that was accepted is cut off before its time. What a client may cost by
 * its connections alone is bounded here, whatever the app does.
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
import type { AddressInfo } from 'node:net';
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
import { enforceBodyRate } from './slow-body.ts';
import { discardUnreadBody } from './unread-body.ts';
import { validateHost } from './validate-host.ts';

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  readonly server?: ServerOptions;
  /** What its connections are held to now. */
  readonly limits?: () => ConnectionLimits;
  /** Refuses requests for hosts that are not of this server; without it every host is taken. */
  readonly guard?: HostGuard | undefined;
  /** What port and address are set by, for whoever has to set another. */
  readonly names?: { readonly port: string; readonly host: string };
}

export interface Listening {
  readonly url: string;
  /** From now on each answer is the last of its connection. */
  drain(): void;
  /**
   * Accepts nothing more, lets what is in flight finish, and ends what takes longer.
   * @param grace milliseconds that it has
   */
  close(grace?: number): Promise<void>;
}

const DEFAULT_NAMES = { port: 'PORT', host: 'HOST' };
const DEFAULT_GRACE = 10_000;
const SWEEP_INTERVAL = 50;
/** Milliseconds in which the last words of what was ended have to be taken. */
const FINAL_RESPONSE_TIMEOUT = 500;
/** Milliseconds for a request to arrive, that of Node. */
const REQUEST_TIMEOUT = 300_000;
/** How often it is looked which heads are late. */
const MAX_CHECK_INTERVAL = 5_000;
const MIN_CHECK_INTERVAL = 50;

/** @throws ConfigError when the port or the address cannot be had */
export async function listen(app: RequestListener, options: ListenOptions): Promise<Listening> {
  const {
    port,
    host,
    server: serverOptions = {},
    names = DEFAULT_NAMES,
    limits = () => defaultLimits,
    guard,
  } = options;
  const { head } = limits().slow;
  const server = createServer({
    headersTimeout: head,
    requestTimeout: Math.max(REQUEST_TIMEOUT, head),
    connectionsCheckingInterval:
      head > 0 ? Math.min(MAX_CHECK_INTERVAL, Math.max(MIN_CHECK_INTERVAL, head / 4)) : MAX_CHECK_INTERVAL,
    ...serverOptions,
    // What Node says to a missing Host has no body.
    requireHostHeader: false,
  });
  const connections = new Connections(server, limits);
  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const fault = validateHost(req) ?? validateFraming(req) ?? toOriginForm(req);
    if (hasBody(req)) {
      discardUnreadBody(req, res);
      enforceBodyRate(req, res, limits().slow);
    }
    const refusal = fault === undefined ? guard?.(req) : undefined;
    if (fault !== undefined) sendRawProblem(res, badRequest, {}, fault);
    else if (refusal !== undefined) sendRawProblem(res, crossSite, {}, refusal);
    else app(req, res);
  };
  server.on('request', (req, res) => connections.schedule(req, res, () => handle(req, res)));
  server.on('checkExpectation', (req, res) =>
    connections.schedule(req, res, () => sendRawProblem(res, expectationFailed)),
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
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    drain: () => connections.drain(),
    close: (grace = DEFAULT_GRACE) =>
      new Promise((resolve) => {
        connections.drain();
        // Connections that are kept alive become idle one by one.
        const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL);
        const end = setTimeout(() => connections.end(), grace);
        const cut = setTimeout(() => server.closeAllConnections(), grace + FINAL_RESPONSE_TIMEOUT);
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
  const mends: Readonly<Record<string, string>> = {
    EADDRINUSE: `${names.port}: ${port} is taken; end what listens there or set ${names.port} to another`,
    EACCES: `${names.port}: ${port} may not be used by this user; set ${names.port} to one above 1023`,
    EADDRNOTAVAIL: `${names.host}: ${host} is no address of this machine; set ${names.host} to one that is`,
    ENOTFOUND: `${names.host}: ${host} is not known; set ${names.host} to an address of this machine`,
  };
  const mend = mends[error.code ?? ''];
  return mend === undefined ? error : new ConfigError(mend, error);
}
