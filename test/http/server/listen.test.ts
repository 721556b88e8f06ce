/** Shutdown of a server: which requests are still handled, and which are cut. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { type Listening, listen } from '../../../src/http/server/listen.ts';

let server: Listening;
let agent: Agent;

const start = async (app: (req: IncomingMessage, res: ServerResponse) => void) => {
  server = await listen(app, { port: 0, host: '127.0.0.1' });
  agent = new Agent({ keepAlive: true });
};

afterEach(async () => {
  agent.destroy();
  await server.close(0);
});

const ask = async (path = '/'): Promise<IncomingMessage> => {
  const [res] = (await once(get(server.url + path, { agent }), 'response')) as [IncomingMessage];
  return res;
};
const bodyOf = async (res: IncomingMessage): Promise<string> => (await res.toArray()).join('');

describe('Draining server', () => {
  it('Requests are still accepted, and each response closes its connection', async () => {
    await start((_req, res) => res.end('here'));
    const before = await ask();
    expect([before.headers.connection, await bodyOf(before)]).toEqual(['keep-alive', 'here']);

    server.drain();
    const after = await ask();
    expect([after.headers.connection, await bodyOf(after)]).toEqual(['close', 'here']);
  });

  it('Responses in progress close their connection as well', async () => {
    let respond = () => {};
    const { promise: received, resolve: receive } = Promise.withResolvers<void>();
    await start((_req, res) => {
      respond = () => res.end('late');
      receive();
    });
    const waiting = ask();
    await received;
    server.drain();
    respond();
    expect((await waiting).headers.connection).toBe('close');
  });
});

describe('Closing server', () => {
  it('Requests in progress finish, and no connection is accepted any more', async () => {
    let respond = () => {};
    const { promise: received, resolve: receive } = Promise.withResolvers<void>();
    await start((_req, res) => {
      respond = () => res.end('whole');
      receive();
    });
    const waiting = ask();
    await received;
    const closed = server.close();
    await expect(request(server.url).get('/')).rejects.toThrow('ECONNREFUSED');
    respond();
    expect(await bodyOf(await waiting)).toBe('whole');
    await closed;
  });

  it('After the grace period unsent responses become 503 with Retry-After', async () => {
    const { promise: received, resolve: receive } = Promise.withResolvers<void>();
    await start(() => receive());
    const waiting = ask();
    await received;
    const closed = server.close(0);
    const res = await waiting;
    expect(res.statusCode).toBe(503);
    expect(res.headers['retry-after']).toBe('1');
    expect(JSON.parse(await bodyOf(res)).type).toBe('/problems/shutting-down');
    await closed;
  });

  it('After the grace period a body that would look complete is cut', async () => {
    await start((_req, res) => void res.writeHead(200).write('half of'));
    const res = await ask();
    const closed = server.close(0);
    await expect(bodyOf(res)).rejects.toThrow('aborted');
    await closed;
  });
});
