/** A server that a test scripts: it answers as told, notes what it got, and can be stopped and started again. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Upstream {
  readonly url: string;
  /** Every request that arrived. */
  readonly requests: readonly IncomingMessage[];
  answer: RequestListener;
  stop(): Promise<void>;
  /** Again on the same port. */
  start(): Promise<void>;
}

export const startUpstream = async (
  answer: RequestListener = (_req, res) => res.end('ok'),
): Promise<Upstream> => {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server;
  const upstream = {
    url: '',
    requests,
    answer,
    start: () =>
      new Promise<void>((resolve) => {
        server = createServer((req, res) => {
          requests.push(req);
          upstream.answer(req, res);
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
