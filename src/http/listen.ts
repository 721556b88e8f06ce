/** An app on a port, and how it leaves it: nothing that was accepted is cut off before its time. */
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigError } from '../config/config-error.ts';
import { badRequest, crossSite } from '../contract/problems.ts';
import type { HostGuard } from './allowed-hosts.ts';
import { sendBareProblem } from './bare-problem.ts';
import { Connections } from './connections.ts';
import { hostFault } from './one-host.ts';
import { refuseUnreadable } from './unreadable.ts';

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  readonly server?: ServerOptions;
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

const VARIABLES = { port: 'PORT', host: 'HOST' };
const DEFAULT_GRACE = 10_000;
const SWEEP_INTERVAL = 50;
/** Milliseconds in which the last words of what was ended have to be taken. */
const LAST_WORDS = 500;

/** @throws ConfigError when the port or the address cannot be had */
export async function listen(app: RequestListener, options: ListenOptions): Promise<Listening> {
  const { port, host, server: serverOptions = {}, names = VARIABLES, guard } = options;
  // What Node says to a missing Host has no body.
  const server = createServer({ ...serverOptions, requireHostHeader: false });
  const connections = new Connections(server);
  server.on('request', (req, res) => {
    connections.begin(req, res);
    const fault = hostFault(req);
    if (fault !== undefined) return sendBareProblem(res, badRequest, {}, fault);
    const refusal = guard?.(req);
    if (refusal !== undefined) return sendBareProblem(res, crossSite, {}, refusal);
    app(req, res);
  });
  server.on('clientError', refuseUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(readable(error, { port, host }, names)));
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
        const cut = setTimeout(() => server.closeAllConnections(), grace + LAST_WORDS);
        server.close(() => {
          clearInterval(sweep);
          clearTimeout(end);
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

function readable(
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
