/** Limits on the cost of the connections of a client, for every app. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Limits, limitsSchema } from '../../../src/config/limits.ts';
import { type Listening, listen } from '../../../src/http/server/listen.ts';
import { connectionsFor, openFiles } from '../../../src/http/server/open-files.ts';
import { eventually } from '../../support/eventually.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';

let server: Listening;

const start = async (
  app: (req: IncomingMessage, res: ServerResponse) => void,
  limits: object = {},
  prepare?: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<string> => {
  const parsed: Limits = limitsSchema.parse(limits);
  const options = { port: 0, host: '127.0.0.1', limits: () => parsed };
  server = await listen(app, { ...options, ...(prepare && { prepare }) });
  return server.url;
};
afterEach(() => server?.close(0));

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;

describe('Pipelined requests', () => {
  it('A limited number of requests runs at once, and responses are in order', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    let running = 0;
    const url = await start(
      (req, res) => {
        running += 1;
        most = Math.max(most, running);
        waiting.push(() => res.end(`<${req.url}>`, () => (running -= 1)));
        // The last request gets its response first.
        setImmediate(() => waiting.pop()?.());
      },
      { pipelining: 3 },
    );
    const paths = Array.from({ length: 50 }, (_, at) => `/${at}`);
    const text = await rawClient(
      url,
      paths.map((path) => get(path)).join('') + get('/last', 'Connection: close\r\n'),
    ).end;
    expect([...text.matchAll(/<([^>]*)>/g)].map(([, path]) => path)).toEqual([...paths, '/last']);
    expect(most).toBe(3);
  });

  it('Bodies of pipelined requests are read completely', async () => {
    const url = await start(async (req, res) => res.end(`<${(await req.toArray()).join('')}>`), {
      pipelining: 2,
    });
    const post = (body: string) =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const bodies = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(5000));
    const client = rawClient(url, bodies.map(post).join(''));
    const text = await client.until((all) => statusesOf(all).length === 20 && all.endsWith('>'));
    client.socket.destroy();
    expect([...text.matchAll(/<(\d*)>/g)].map(([, body]) => body)).toEqual(bodies);
  });

  it('Other connections get their turn, and a connection with too many requests is closed', async () => {
    const url = await start((_req, res) => res.end('ok'));
    const flood = get('/').repeat(2500);
    const clients = Array.from({ length: 12 }, () => rawClient(url, flood));
    const other = await fetch(url);
    expect(await other.text()).toBe('ok');
    const texts = await Promise.all(
      clients.map(({ until }) => until((all) => all.length > 300_000 && statusesOf(all).length >= 2500)),
    );
    const whole = texts.filter((text) => statusesOf(text).length === 2500);
    expect(whole.length).toBeGreaterThan(0);
    expect(texts.every((text) => statusesOf(text).every((status) => status === 200))).toBe(true);
    for (const { socket } of clients) socket.destroy();
    expect((await fetch(url)).status).toBe(200);
  });

  it('Waiting requests are dropped when their client disconnects', async () => {
    const closed = Promise.withResolvers<void>();
    const responses: ServerResponse[] = [];
    let isLeft = false;
    const url = await start((req, res) => {
      if (responses.push(res) === 1) req.socket.once('close', closed.resolve);
      if (isLeft) res.end();
    });
    const client = rawClient(url, get('/').repeat(200));
    await eventually('8 requests are handled', () => responses.length >= 8);
    client.socket.destroy();
    await client.end;
    isLeft = true;
    for (const res of responses) res.end('x'.repeat(10_000));
    await closed.promise;
    expect(responses.length).toBeLessThan(200);
  });
});

describe('Connections above the limit', () => {
  it('A new connection closes the oldest idle one', async () => {
    const url = await start((_req, res) => res.end('ok'), { connections: 2 });
    const idle = rawClient(url, 'GET / HT');
    await once(idle.socket, 'connect');
    const alive = rawClient(url, get('/'));
    await alive.until((all) => all.endsWith('ok'));
    const next = rawClient(url, get('/', 'Connection: close\r\n'));
    expect(statusesOf(await next.end)).toEqual([200]);
    expect(await idle.end).toBe('');
    alive.socket.write(get('/', 'Connection: close\r\n'));
    expect(statusesOf(await alive.end)).toEqual([200, 200]);
  });

  it('The 503 of a connection above the limit is prepared like every refusal', async () => {
    const { promise: busy, resolve } = Promise.withResolvers<void>();
    const url = await start(
      () => resolve(),
      { connections: 1 },
      (req, res) => res.setHeader('X-Prepared', String(req.headers.origin)),
    );
    const first = rawClient(url, get('/'));
    await busy;
    const text = await rawClient(url, get('/', 'Origin: https://app.example\r\n')).end;
    expect(statusesOf(text)).toEqual([503]);
    expect(text).toContain('X-Prepared: https://app.example\r\n');
    first.socket.destroy();
  });

  it('A new connection gets 503 with Retry-After where all others are busy', async () => {
    const responses: ServerResponse[] = [];
    const url = await start((_req, res) => void responses.push(res), { connections: 2 });
    const busy = [rawClient(url, get('/')), rawClient(url, get('/'))];
    await eventually('2 requests are handled', () => responses.length >= 2);
    const text = await rawClient(url, get('/')).end;
    expect(statusesOf(text)).toEqual([503]);
    expect(text).toMatch(/^Retry-After: 1\r$/im);
    expect(text).toContain('/problems/overloaded');
    for (const res of responses) res.end('done');
    await Promise.all(busy.map(({ until }) => until((all) => all.endsWith('done'))));
    for (const { socket } of busy) socket.destroy();
  });

  it.each([
    [1024, 298],
    [1_048_576, 10_000],
    [64, 1],
    [undefined, 10_000],
  ])('With %p open files the limit is %p connections', (files, connections) => {
    expect(connectionsFor(files)).toBe(connections);
  });

  it('The open files limit of this process is read', () => {
    const limits =
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n';
    expect(openFiles(limits)).toBe(1024);
    expect(openFiles(limits.replace('1024', 'unlimited'))).toBeUndefined();
  });
});

describe('Clients that read nothing', () => {
  /** Resolves when the response has ended. */
  const startEndless = async () => {
    const left = Promise.withResolvers<void>();
    const url = await start(
      (_req, res) => {
        res.once('close', left.resolve);
        res.writeHead(200);
        const write = () => {
          while (!res.destroyed && res.write(Buffer.alloc(65_536)));
          res.once('drain', write);
        };
        write();
      },
      { slow: { reader: 200 } },
    );
    return { url, left: left.promise };
  };

  it('The client is disconnected, and its response is aborted', async () => {
    const { url, left } = await startEndless();
    const client = rawClient(url, get('/'));
    client.socket.pause();
    await left;
    client.socket.destroy();
  });

  it.each([
    ['empty lines', '\r\n'],
    ['a head that never ends', 'G'],
    ['further requests', get('/')],
  ])('The client is disconnected although it sends %s', async (_, bytes) => {
    const { url, left } = await startEndless();
    const client = rawClient(url, get('/'));
    client.socket.pause();
    const sending = setInterval(() => client.socket.write(bytes), 40);
    await left.finally(() => clearInterval(sending));
    client.socket.destroy();
  });

  it('A client that reads slowly is not disconnected', async () => {
    const size = 16 * 1024 ** 2;
    const url = await start((_req, res) => res.end(Buffer.alloc(size, 'x')), { slow: { reader: 500 } });
    const client = rawClient(url, get('/', 'Connection: close\r\n'));
    const reading = setInterval(() => {
      client.socket.resume();
      setImmediate(() => client.socket.pause());
    }, 5);
    client.socket.pause();
    const text = await client.end.finally(() => clearInterval(reading));
    expect(text.length).toBeGreaterThan(size);
  });

  it('A client that waits for data is not disconnected', async () => {
    let res: ServerResponse | undefined;
    const url = await start(
      (_req, one) => {
        res = one;
        one.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      },
      { slow: { reader: 50 } },
    );
    const client = rawClient(url, get('/'));
    await client.until((all) => all.includes('data: 1'));
    const idle = Promise.withResolvers<void>();
    res?.socket?.once('timeout', idle.resolve);
    await idle.promise;
    res?.end('data: 2\n\n');
    await client.until((all) => all.includes('data: 2'));
    expect(client.received()).toContain('data: 2');
    client.socket.destroy();
  });
});

describe('Slow head', () => {
  it('A slow head gets 408 while other requests are handled', async () => {
    const url = await start((_req, res) => res.end('ok'), { slow: { head: 200 } });
    const slow = Array.from({ length: 20 }, () => rawClient(url, 'GET / HTTP/1.1\r\nHost: x\r\nX-'));
    expect((await fetch(url)).status).toBe(200);
    for (const { end } of slow) expect(statusesOf(await end)).toEqual([408]);
  });
});

describe('Slow body', () => {
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n';

  it('A slow body gets 408, whether the app reads it or not', async () => {
    const url = await start((req, res) => void (req.url === '/' && req.resume().on('end', () => res.end())), {
      slow: { over: 200 },
    });
    for (const bytes of [head, head.replace('POST /', 'POST /unread')]) {
      const text = await rawClient(url, `${bytes}some`).end;
      expect(statusesOf(text)).toEqual([408]);
      expect(text).toContain('/problems/request-timeout');
    }
  });

  it('A body that the app does not read is not slow', async () => {
    const read = Promise.withResolvers<IncomingMessage>();
    const url = await start(
      (req, res) => {
        if (req.headers['content-length'] === '1000') return;
        req.on('end', () => res.end('whole')).pause();
        read.resolve(req);
      },
      { slow: { over: 50 } },
    );
    const large = 'x'.repeat(4_000_000);
    const client = rawClient(
      url,
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${large.length}\r\n\r\n${large}`,
    );
    const req = await read.promise;
    // This takes several times as long as a slow body may take, and as a client may be idle.
    expect(statusesOf(await rawClient(url, `${head}some`).end)).toEqual([408]);
    req.resume();
    expect(statusesOf(await client.until((all) => all.endsWith('whole')))).toEqual([200]);
    client.socket.destroy();
  });

  it('Without a minimum rate a body may take any time', async () => {
    const url = await start((req, res) => void req.resume().on('end', () => res.end('whole')), {
      slow: { over: 20, rate: 0, head: 200 },
    });
    const client = rawClient(url, head);
    expect(statusesOf(await rawClient(url, 'GET / HTTP/1.1\r\n').end)).toEqual([408]);
    client.socket.write('x'.repeat(1000));
    expect(statusesOf(await client.until((all) => all.endsWith('whole')))).toEqual([200]);
    client.socket.destroy();
  });
});
