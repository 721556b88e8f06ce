/**
 * Creates an HTTPS server that hands connections which have agreed on `h2` (RFC 7301, RFC 9113 §3.2) over to HTTP/2. All
 * others are handled by `node:https`, which is `node:http` on TLS sockets.
 *
 * `upgrade` (RFC 9110 §7.8) exists for HTTP/1.1 alone. It is an event of the returned server, as without TLS.
 */
import type { Server, ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Connections } from '../connections.ts';
import { Http2Session, type SessionOptions } from '../http2/session.ts';
import type { ListenerTls } from './server-certificate.ts';

/** Handshakes take milliseconds. */
const MAX_HANDSHAKE_TIME = 30_000;

export function createSecureServer(options: ServerOptions, tls: ListenerTls): Server {
  const { clientCertificate, http2, context, failures } = tls;
  const server = createServer({
    ...options,
    ...context,
    ALPNProtocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    requestCert: clientCertificate !== 'off',
    rejectUnauthorized: clientCertificate === 'require',
    handshakeTimeout: Math.min(MAX_HANDSHAKE_TIME, options.headersTimeout || MAX_HANDSHAKE_TIME),
  });
  tls.onReplace((next) => server.setSecureContext(next));
  // Such a connection has no request that could get a response.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (error, socket) => {
    failures.record(error, socket);
    socket.destroy();
  });
  return server;
}

export interface ServeOptions extends Pick<SessionOptions, 'limits' | 'handle'> {
  readonly connections: Connections;
}

export interface ServedConnections {
  /** Closes connections that have not finished their handshake, and so have no request. */
  closeHandshakes(): void;
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** Passes each connection on when its handshake has finished. */
export function serveConnections(
  server: Server,
  { connections, limits, handle }: ServeOptions,
): ServedConnections {
  const total = { streams: 0 };
  /** The oldest first. */
  const handshakes = new Map<string, Socket>();
  /** At its limit the server accepts no connection. Those that never finish their handshake must not keep others out. */
  const makeRoom = (): void => {
    if (connections.size + handshakes.size < server.maxConnections || handshakes.size === 1) return;
    const [oldest] = handshakes.values();
    oldest?.destroy();
  };
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    handshakes.set(name, socket);
    socket.once('close', () => {
      if (handshakes.get(name) === socket) handshakes.delete(name);
    });
    makeRoom();
  });
  const serveHttp1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    handshakes.delete(nameOf(socket));
    connections.add(socket);
    if (socket.alpnProtocol !== 'h2') {
      for (const listener of serveHttp1) listener.call(server, socket);
      return;
    }
    const isRejected = () => connections.isRejected(socket);
    const isDraining = () => connections.isDraining;
    const session = new Http2Session(socket, { limits, total, isRejected, isDraining, handle });
    connections.setSession(socket, session);
  });
  return {
    closeHandshakes: () => {
      for (const socket of handshakes.values()) socket.destroy();
    },
  };
}
