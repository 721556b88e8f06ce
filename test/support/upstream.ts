/** A server for tests: it responds as scripted, records its requests, and can be stopped and started again. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface TestUpstream {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  respond: RequestListener;
  /** Handles requests to switch protocols. Without it they are requests like others. */
  onUpgrade?: ((req: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  /** Connections that are open. */
  readonly connections: ReadonlySet<Socket>;
  stop(): Promise<void>;
  /** Starts the server again on the same port. */
  start(): Promise<void>;
}

export const startUpstream = async (
  respond: RequestListener = (_req, res) => res.end('ok'),
): Promise<TestUpstream> => {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server;
  const upstream: TestUpstream & { url: string } = {
    url: '',
    requests,
    respond,
    connections: sockets,
    start: () =>
      new Promise<void>((resolve) => {
        const shouldUpgradeCallback = () => upstream.onUpgrade !== undefined;
        server = createServer({ shouldUpgradeCallback }, (req, res) => {
          requests.push(req);
          upstream.respond(req, res);
        });
        server.on('upgrade', (req, socket, head) => {
          requests.push(req);
          upstream.onUpgrade?.(req, socket, head);
        });
        server.on('connection', (socket) => {
          sockets.add(socket);
          socket.on('close', () => sockets.delete(socket));
        });
        server.listen(port, '127.0.0.1', () => {
          port = (server.address() as AddressInfo).port;
          upstream.url = `http://127.0.0.1:${port}`;
          resolve();
        });
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  await upstream.start();
  return upstream;
};
