/** A service that sends hostile responses: the gateway survives, and other clients are not affected. */
import { request as httpRequest } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { createGateway } from '../../src/gateway/app.ts';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { type Listening, listen } from '../../src/http/server/listen.ts';
import { closeTargets, createTargets, type Targets } from '../../src/outbound/targets.ts';
import { document } from '../support/gateway.ts';
import { testLog } from '../support/log.ts';

type Hostility = (socket: Socket) => void;

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const WELL = `${OK}Content-Length: 2\r\n\r\n{}`;

/** Writes the chunk repeatedly while the connection is open. */
const endlessly = (socket: Socket, text: string): void => {
  const write = (): void => {
    if (!socket.destroyed) socket.write(text, () => setImmediate(write));
  };
  write();
};
const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));

const HOSTILE: Readonly<Record<string, Hostility>> = {
  'closes at once': (socket) => socket.destroy(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'never responds': () => {},
  'sends noise': (socket) =>
    socket.end(Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256))),
  'speaks another protocol': (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'sends half a status line': (socket) => socket.write('HTTP/1.1 2'),
  'sends half a head and closes': (socket) => socket.end(`${OK}X-A:`),
  'sends half a head and waits': (socket) => socket.write(`${OK}X-A:`),
  'sends a head byte by byte': (socket) => {
    const bytes = `${OK}X-A: ${'a'.repeat(10_000)}`[Symbol.iterator]();
    const timer = setInterval(() => socket.write(bytes.next().value ?? 'a'), 2);
    socket.on('close', () => clearInterval(timer));
  },
  'never ends its head': (socket) => {
    socket.write(OK);
    endlessly(socket, `X-A: ${'a'.repeat(1000)}\r\n`);
  },
  'never ends a header': (socket) => {
    socket.write(`${OK}X-A: `);
    endlessly(socket, 'a'.repeat(1000));
  },
  'sends interim responses for ever': (socket) =>
    endlessly(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(10)),
  'sends 100 Continue for ever': (socket) => endlessly(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(10)),
  'sends empty lines for ever': (socket) => endlessly(socket, '\r\n'.repeat(100)),
  'never ends its body': (socket) => {
    socket.write(`${OK}\r\n`);
    endlessly(socket, 'a'.repeat(10_000));
  },
  'sends half a short body and closes': (socket) => socket.end(`${OK}Content-Length: 100\r\n\r\n{`),
  'sends half a short body and waits': (socket) => socket.write(`${OK}Content-Length: 100\r\n\r\n{`),
  'sends chunks that are none': (socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`),
  'sends a chunk that is too long to count': (socket) =>
    socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(40)}\r\n`),
  'sends trailers for ever': (socket) => {
    socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`);
    endlessly(socket, `X-A: ${'a'.repeat(1000)}\r\n`);
  },
  'sends a body that grows when it is decoded': (socket) => {
    socket.write(`${OK}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
    socket.write(bomb);
  },
  'sends a coding that it does not keep to': (socket) =>
    socket.end(`${OK}Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}`),
  'says 500': (socket) => socket.write('HTTP/1.1 500 Sick\r\nContent-Length: 0\r\n\r\n'),
  'says 503': (socket) => socket.write('HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n'),
  'switches to another protocol': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\nConnection: Upgrade\r\n\r\n'),
  'responds twice': (socket) => socket.write(WELL + WELL),
};

let hostility: Hostility;
let service: Server;
let targets: Targets;
let gateway: Listening;
const sockets = new Set<Socket>();

beforeEach(async () => {
  service = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      if (bytes.includes('hostile')) hostility(socket);
      else socket.write(WELL);
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const service1 = `{ document: x, url: "http://127.0.0.1:${port}", responses: enforce, unknownQuery: pass }`;
  const config = parseGatewayConfig(
    `policy: { attemptTimeout: 500ms, deadline: 1s }\nservices: { things: ${service1}, others: ${service1} }`,
    'gateway.yaml',
  );
  const operation = (operationId: string) => ({
    get: {
      operationId,
      responses: { 200: { description: 'ok', content: { 'application/json': { schema: {} } } } },
    },
  });
  const paths = { '/a': operation('getA'), '/b': operation('getB') };
  const others = { '/c': operation('getC') };
  const documents = new Map(
    liftDocuments([
      { name: 'things', document: document(paths) },
      { name: 'others', document: document(others) },
    ]).map((one) => [one.name, one.document]),
  );
  targets = createTargets(config.services);
  gateway = await listen(createGateway({ config, documents, targets, log: testLog() }), {
    port: 0,
    host: '127.0.0.1',
  });
});
afterEach(async () => {
  await gateway.close(0);
  for (const socket of sockets) socket.destroy();
  await closeTargets(targets);
  await new Promise((resolve) => service.close(resolve));
});

const MOST_BYTES = 1_000_000;

/** The outcome for a client that reads a limited number of bytes. */
const ask = (path: string): Promise<number | 'cut'> =>
  new Promise((resolve) => {
    const req = httpRequest(`${gateway.url}${path}`, { agent: false }, (res) => {
      let bytes = 0;
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_BYTES) req.destroy();
      });
      res.on('error', () => {});
      res.on('close', () => resolve(res.complete ? (res.statusCode ?? 0) : 'cut'));
    });
    req.on('error', () => resolve('cut')).end();
  });

describe('A service that', () => {
  it.each(Object.entries(HOSTILE))(
    'A service that %s to one request does not affect other requests',
    async (_, one) => {
      hostility = one;
      expect(['cut', 200, 500, 502, 503, 504]).toContain(await ask('/a?hostile'));
      // The same operation, the same service, and another service.
      for (const path of ['/a', '/b', '/c']) expect([path, await ask(path)]).toEqual([path, 200]);
      await Promise.all(Array.from({ length: 12 }, () => ask('/a?hostile')));
      for (const path of ['/b', '/c']) expect([path, await ask(path)]).toEqual([path, 200]);
      expect(targets.get('things')?.instances[0]?.stateOfCircuit(0)).toBe('closed');
      await request(gateway.url).get('/nothing').expect(404);
    },
  );

  it.each(['says 500', 'speaks another protocol', 'never ends its head', 'switches to another protocol'])(
    'A service that %s to one client repeatedly does not affect other clients of the operation',
    async (name) => {
      hostility = HOSTILE[name] as Hostility;
      for (let n = 0; n < 12; n++) await ask('/a?hostile');
      expect(await ask('/a')).toBe(200);
    },
  );
});
