/** A server that rejects each upload unread. It has its own thread, so that it closes while its client writes. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const HEAD = 'HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno';

const server =
  workerData === 'node'
    ? createHttpServer((_req, res) => res.writeHead(413, { Connection: 'close' }).end('no'))
    : createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => {
          if (workerData === 'reset') socket.write(HEAD, () => socket.resetAndDestroy());
          else socket.write(HEAD, () => socket.destroy());
        });
      });
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
