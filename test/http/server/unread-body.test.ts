/** Responses that are sent before the request body is read: the response arrives, and so does the next one. */
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listening, listen } from '../../../src/http/server/listen.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';

let server: Listening;
afterEach(() => server.close(0));

const start = async (app: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> => {
  server = await listen(app, { port: 0, host: '127.0.0.1' });
  return server.url;
};

const put = (agent: Agent, url: string, bytes: number): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', agent }, resolve).on('error', reject);
    sent.end(Buffer.alloc(bytes));
  });

const MB = 1024 ** 2;

/** The ways in which an app may have read a body before it responds. */
const WAYS: readonly (readonly [string, (req: IncomingMessage) => void])[] = [
  ['nothing read', () => {}],
  ['a part of it read', (req) => void req.once('data', () => req.pause())],
  ['it paused', (req) => void req.on('data', () => {}).pause()],
];

describe.each(WAYS)('Body with %s', (_name, take) => {
  it.each([1000, 300_000, MB, 3 * MB])(
    'An unread body of %d bytes leaves its connection usable',
    async (bytes) => {
      const url = await start((req, res) => {
        if (req.method === 'PUT') take(req);
        res.writeHead(req.method === 'PUT' ? 403 : 200).end('said');
      });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let round = 0; round < 3; round++) {
        const res = await put(agent, url, bytes);
        expect([res.statusCode, res.headers.connection, (await res.toArray()).join('')]).toEqual([
          403,
          'keep-alive',
          'said',
        ]);
      }
      agent.destroy();
    },
  );

  it('A large unread body closes its connection, and the response arrives', async () => {
    const url = await start((req, res) => {
      take(req);
      res.writeHead(413).end('too large');
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 5; round++) {
      const res = await put(agent, url, 20 * MB);
      expect([res.statusCode, res.headers.connection, (await res.toArray()).join('')]).toEqual([
        413,
        'close',
        'too large',
      ]);
    }
    agent.destroy();
  });
});

it('An endless body is read up to a limit', async () => {
  const url = await start((_req, res) => res.end('said'));
  const client = rawClient(url, 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  let sent = 0;
  const write = () => {
    while (!client.socket.destroyed && client.socket.write(chunk)) sent += 1;
    client.socket.once('drain', write);
  };
  write();
  expect(statusesOf(await client.end)).toEqual([200]);
  expect(sent * 65_536).toBeLessThan(64 * MB);
});
