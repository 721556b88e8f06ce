/** How a server ends: who is served, who is told, and who is cut off. */
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

describe('a server that drains', () => {
  it('still takes requests, and each answer is the last of its connection', async () => {
    await start((_req, res) => res.end('here'));
    const before = await ask();
    expect([before.headers.connection, await bodyOf(before)]).toEqual(['keep-alive', 'here']);

    server.drain();
    const after = await ask();
    expect([after.headers.connection, await bodyOf(after)]).toEqual(['close', 'here']);
  });

  it('tells those as well whose answer was in the making', async () => {
    let answer = () => {};
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    await start((_req, res) => {
      answer = () => res.end('late');
      asked();
    });
    const waiting = ask();
    await isAsked;
    server.drain();
    answer();
    expect((await waiting).headers.connection).toBe('close');
  });
});

describe('a server that closes', () => {
  it('lets what is in flight finish, and takes nothing more', async () => {
    let answer = () => {};
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    await start((_req, res) => {
      answer = () => res.end('whole');
      asked();
    });
    const waiting = ask();
    await isAsked;
    const closed = server.close();
    await expect(request(server.url).get('/')).rejects.toThrow('ECONNREFUSED');
    answer();
    expect(await bodyOf(await waiting)).toBe('whole');
    await closed;
  });

  it('answers 503 at the limit where nothing has been sent, with when to come again', async () => {
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    await start(() => asked());
    const waiting = ask();
    await isAsked;
    const closed = server.close(0);
    const res = await waiting;
    expect(res.statusCode).toBe(503);
    expect(res.headers['retry-after']).toBe('1');
    expect(JSON.parse(await bodyOf(res)).type).toBe('/problems/shutting-down');
    await closed;
  });

  it('cuts a body at the limit that would look whole if it just ended', async () => {
    await start((_req, res) => void res.writeHead(200).write('half of'));
    const res = await ask();
    const closed = server.close(0);
    await expect(bodyOf(res)).rejects.toThrow('aborted');
    await closed;
  });
});
