/** Responses that a plain connection of Node loses: to an unread upload, and after `100 Continue`. */

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Target } from '../../../src/outbound/target.ts';
import { policiesOf } from '../../support/policies.ts';

let server: Server;
let target: Target;
const sockets = new Set<Socket>();

const serve = async (one: Server): Promise<void> => {
  server = one;
  server.on('connection', (socket) => {
    sockets.add(socket);
    // Resets are expected here.
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  target = new Target('files', `http://127.0.0.1:${port}`, policiesOf());
};
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => (server?.listening ? server.close(() => resolve()) : resolve()));
  await target?.close();
});

/** Responds as soon as the first bytes arrive. */
const raw = (respond: (socket: Socket) => void): Server =>
  createServer((socket) => void socket.once('data', () => respond(socket)));
const refusing = (status: number, headers: Record<string, string>): Server =>
  createHttpServer((_req, res) => res.writeHead(status, headers).end('no'));

const HEAD = 'HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno';

const SERVERS: readonly [string, number, () => Server][] = [
  ['closes as Node does', 413, () => refusing(413, { Connection: 'close' })],
  ['closes, and asks for credentials', 401, () => refusing(401, { Connection: 'close' })],
  ['keeps the connection', 403, () => refusing(403, {})],
  ['ends its side', 413, () => raw((socket) => socket.end(HEAD))],
  ['closes both sides', 413, () => raw((socket) => socket.write(HEAD, () => socket.destroy()))],
  ['resets the connection', 413, () => raw((socket) => socket.write(HEAD, () => socket.resetAndDestroy()))],
  [
    'ends its response by closing the connection',
    413,
    () => raw((socket) => socket.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\nno')),
  ],
];

const stream = (bytes: number): Readable => {
  let left = bytes;
  return new Readable({
    read() {
      const piece = Math.min(65_536, left);
      left -= piece;
      this.push(piece === 0 ? null : Buffer.alloc(piece, 'a'));
    },
  });
};

const TRIES = 25;
const BODIES = [300_000, 5_000_000].flatMap((bytes) => [
  [`a buffer of ${bytes} bytes`, () => Buffer.alloc(bytes, 'a')] as const,
  [`a stream of ${bytes} bytes`, () => stream(bytes)] as const,
]);

describe.each(SERVERS)('A server that rejects an upload and %s', (_, status, make) => {
  it.each(BODIES)('gets one request for %s, and its response is read each time', async (_body, body) => {
    await serve(make());
    const seen = new Set<string>();
    for (let n = 0; n < TRIES; n++) {
      const method = n % 2 === 0 ? 'PUT' : 'POST';
      const received = await target.send({ method, path: '/', headers: [], body: body() });
      seen.add(`${received.status} ${await received.collect(10)}`);
    }
    expect([...seen]).toEqual([`${status} no`]);
    const { failures, retries, instances } = target.snapshot();
    expect([failures, retries, instances[0]?.requests]).toEqual([0, 0, TRIES]);
  });
});

it('A connection on which a large buffer was not sent completely is not reused', async () => {
  // The server stops reading, and leaves the connection open.
  await serve(raw((socket) => socket.pause().write(HEAD)));
  for (let n = 0; n < 3; n++) {
    const body = Buffer.alloc(20_000_000, 'a');
    const received = await target.send({ method: 'POST', path: '/', headers: [], body });
    expect([received.status, String(await received.collect(10))]).toEqual([413, 'no']);
  }
});

it('A large buffer is sent completely, with its length', async () => {
  const got: unknown[] = [];
  await serve(
    createHttpServer(async (req, res) => {
      got.push([req.headers['content-length'], Buffer.concat(await req.toArray()).length]);
      res.end();
    }),
  );
  const body = Buffer.alloc(200_001, 'a');
  await target.send({ method: 'POST', path: '/', headers: [], body });
  await target.send({ method: 'POST', path: '/', headers: ['content-length', '200001'], body });
  expect(got).toEqual([
    ['200001', 200_001],
    ['200001', 200_001],
  ]);
});

it('A call fails when the connection closes without a response', async () => {
  await serve(raw((socket) => socket.destroy()));
  const call = target.send({ method: 'POST', path: '/', headers: [], body: stream(5_000_000) });
  await expect(call).rejects.toMatchObject({ type: { code: 'bad-gateway' } });
  expect(target.snapshot().lastFailure?.reason).toMatch(/^the connection broke: /);
});

it('The response after an unexpected 100 Continue is read, on a reused connection too', async () => {
  let turn = 0;
  await serve(
    createServer((socket) => {
      socket.on('data', () => {
        turn += 1;
        socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${turn}`);
      });
    }),
  );
  const bodies: string[] = [];
  for (let n = 0; n < 6; n++) {
    const received = await target.send({ method: 'GET', path: '/', headers: [] });
    bodies.push(String(await received.collect(10)));
  }
  expect(bodies).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(sockets.size).toBeLessThan(6);
});

describe.each(['node', 'close', 'reset'])(
  'A server in another thread that rejects uploads and ends by %s',
  (kind) => {
    it.each(BODIES)('has its response read each of 50 times for %s', async (_, body) => {
      const worker = new Worker(new URL('../../support/refusing-server.ts', import.meta.url), {
        workerData: kind,
      });
      const [port] = await once(worker, 'message');
      const elsewhere = new Target('files', `http://127.0.0.1:${port}`, policiesOf());
      const seen = new Set<string>();
      for (let n = 0; n < 50; n++) {
        const method = n % 2 === 0 ? 'PUT' : 'POST';
        const received = await elsewhere.send({ method, path: '/', headers: [], body: body() });
        seen.add(`${received.status} ${await received.collect(10)}`);
      }
      const { failures, retries } = elsewhere.snapshot();
      await elsewhere.close();
      await worker.terminate();
      expect([[...seen], failures, retries]).toEqual([['413 no'], 0, 0]);
    });
  },
);
