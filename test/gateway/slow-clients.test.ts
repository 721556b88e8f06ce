/** Clients that send or read slowly, or get a response before their upload was read, do not affect others. */
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { document, startGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { rawClient, statusesOf } from '../support/raw-client.ts';

const MB = 1024 ** 2;
const content = { 'application/octet-stream': {} };
const paths = { '/x': { get: {}, put: { requestBody: { content } } }, '/y': { get: {} } };

const start = async (options: TestGatewayOptions = {}) => {
  const gateway = await startGateway({ files: document(paths) }, options);
  const upstream = gateway.services.files;
  if (!upstream) throw new Error('no upstream');
  return { ...gateway, upstream };
};

const headOf = (length: number) =>
  `PUT /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\n\r\n`;

describe('Slow uploads', () => {
  const policy = 'policy: { bulkhead: { concurrent: 4, queued: 4 } }';

  it('Slow uploads do not block other calls or complete uploads', async () => {
    const { url, upstream } = await start({ config: `${policy}\nlimits: { slow: { rate: 0 } }` });
    upstream.respond = (req, res) =>
      void req
        .on('error', () => {})
        .resume()
        .on('end', () => res.end('ok'));
    const slow = Array.from({ length: 20 }, () => rawClient(url, `${headOf(100_000)}x`));
    // Half of the places are in use, and the number does not grow.
    await eventually('two uploads are sent on', () => upstream.requests.length >= 2);
    for (let calls = 0; calls < 20; calls++) expect((await fetch(`${url}/x`)).status).toBe(200);
    for (const body of ['small', 'x'.repeat(200_000)]) {
      const headers = { 'Content-Type': 'application/octet-stream' };
      expect((await fetch(`${url}/x`, { method: 'PUT', headers, body })).status).toBe(200);
    }
    expect(upstream.requests.filter(({ method }) => method === 'PUT').length).toBeLessThanOrEqual(6);
    for (const { socket } of slow) socket.destroy();
  });

  it('Slow uploads get 408 and do not count as failures of the service', async () => {
    const breaker = 'breaker: { kind: consecutive, failures: 1 }';
    const config = `policy: { retry: off, ${breaker} }\nlimits: { slow: { over: 200 } }`;
    const { url, upstream } = await start({ config });
    upstream.respond = (req, res) =>
      void req
        .on('error', () => {})
        .resume()
        .on('end', () => res.end('ok'));
    const slow = Array.from({ length: 5 }, () => rawClient(url, `${headOf(100_000)}x`));
    for (const { end } of slow) expect(statusesOf(await end)).toEqual([408]);
    expect((await fetch(`${url}/x`)).status).toBe(200);
  });

  it('Uploads that are fast enough continue, even if the service reads slowly', async () => {
    const { url, upstream } = await start({ config: 'limits: { body: 10mb, slow: { over: 200 } }' });
    const arrived = Promise.withResolvers<IncomingMessage>();
    upstream.respond = (req, res) => {
      req.on('end', () => res.end('ok')).pause();
      arrived.resolve(req);
    };
    const client = rawClient(url, headOf(8 * MB) + 'x'.repeat(8 * MB));
    const req = await arrived.promise;
    // Longer than the client may pause sending.
    expect(statusesOf(await rawClient(url, `${headOf(100_000)}x`).end)).toEqual([408]);
    req.resume();
    expect(statusesOf(await client.until((all) => all.endsWith('ok')))).toEqual([200]);
    client.socket.destroy();
  });
});

describe('A client that does not read', () => {
  it('A client that does not read does not occupy a connection to the service', async () => {
    const { url, upstream } = await start({ config: 'limits: { slow: { reader: 200 } }' });
    const left = Promise.withResolvers<void>();
    upstream.respond = (_req, res) => {
      res.once('close', left.resolve);
      const write = () => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536)));
        res.once('drain', write);
      };
      write();
    };
    const client = rawClient(url, 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    client.socket.pause();
    await left.promise;
    client.socket.destroy();
  });

  it('A client that waits for events is not a slow client', async () => {
    const { url, upstream } = await start({ config: 'limits: { slow: { reader: 50, over: 200 } }' });
    let next = () => {};
    upstream.respond = (req, res) => {
      if (req.method === 'PUT') return void req.on('error', () => {});
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      next = () => void res.end('data: 2\n\n');
    };
    const client = rawClient(url, 'GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until((all) => all.includes('data: 1'));
    // Longer than the client may pause reading.
    expect(statusesOf(await rawClient(url, `${headOf(100_000)}x`).end)).toEqual([408]);
    next();
    expect(await client.until((all) => all.includes('data: 2'))).toContain('data: 2');
    client.socket.destroy();
  });
});

describe('A response before the upload was read', () => {
  const put = (agent: Agent, url: string, bytes: number, type = 'application/octet-stream') =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'Content-Type': type };
      httpRequest(url, { method: 'PUT', agent, headers }, resolve)
        .on('error', reject)
        .end(Buffer.alloc(bytes));
    });

  const RESPONSES: readonly (readonly [string, number, string, boolean])[] = [
    ['of the service', 403, 'limits: { body: 20mb }', true],
    ['as the service is unreachable', 503, 'limits: { body: 20mb }\npolicy: { retry: off }', false],
    [
      'as no instance accepts calls',
      503,
      'limits: { body: 20mb }\npolicy: { retry: off, breaker: { kind: consecutive, failures: 1 } }',
      false,
    ],
    ['as it is too large', 413, 'limits: { body: 100kb }', true],
    ['as its media type is not supported', 415, '', true],
    ['as the path is unknown', 404, '', true],
  ];

  it.each(RESPONSES)(
    'The connection stays usable after a response %s: %d',
    async (_name, status, config, isThere) => {
      const { url, upstream } = await start({ config });
      upstream.respond = (req, res) => {
        // Responds before the upload has arrived, and discards the upload.
        req.on('error', () => {}).resume();
        res.writeHead(403).end('said');
      };
      if (!isThere) await upstream.stop();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const path = status === 404 ? '/nothing' : '/x';
      const type = status === 415 ? 'text/plain' : undefined;
      const sockets = new Set();
      for (let round = 0; round < 4; round++) {
        const res = await put(agent, url + path, 3 * MB, type);
        expect([res.statusCode, res.headers.connection]).toEqual([status, 'keep-alive']);
        sockets.add(res.socket);
        await res.toArray();
      }
      expect(sockets.size).toBe(1);
      agent.destroy();
    },
  );
});
