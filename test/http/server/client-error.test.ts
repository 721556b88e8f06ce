import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Listening, listen } from '../../../src/http/server/listen.ts';
import { eventually } from '../../support/eventually.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';

describe('Malformed requests', () => {
  let server: Listening;

  beforeAll(async () => {
    server = await listen((_req, res) => res.end('ok'), { port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  const send = async (bytes: string) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(bytes);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { head, problem: JSON.parse(body) };
  };

  it.each([
    ['rubbish', '\0\x01\r\n\r\n', 400, 'bad-request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'bad-request',
    ],
    [
      'a length and pieces, which is how requests are smuggled',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'bad-request',
    ],
    [
      'too much head',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, 'bad-request'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n', 400, 'bad-request'],
    ['an invalid host', 'GET / HTTP/1.1\r\nHost: x/y\r\n\r\n', 400, 'bad-request'],
    [
      'an unknown value of Expect',
      'GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n',
      417,
      'expectation-failed',
    ],
    ['CONNECT', 'CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n', 405, 'method-not-allowed'],
    ['a target of another scheme', 'GET ftp://x/a HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad-request'],
    ['a target with user information', 'GET http://me@x/a HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad-request'],
    ['a target without a host', 'GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad-request'],
    ['an absolute URL without Host', 'GET http://x/a HTTP/1.1\r\n\r\n', 400, 'bad-request'],
    ['a host with user information', 'GET / HTTP/1.1\r\nHost: me@x\r\n\r\n', 400, 'bad-request'],
  ])('A request with %s gets a problem and the connection is closed', async (_name, bytes, status, code) => {
    const { head, problem } = await send(bytes);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/Content-Type: application\/problem\+json/);
    expect(problem).toMatchObject({ type: `/problems/${code}`, status });
  });

  it.each(['x', 'api.example:8080', '[::1]:8080', '127.0.0.1', 'a_b-c.example:', ''])(
    'The header Host: %s is valid',
    async (host) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  it('HTTP/1.0 requests need no Host header', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('Malformed input after requests in progress', () => {
  let server: Listening;
  afterEach(() => server.close(0));

  const start = async (app: RequestListener): Promise<string> => {
    server = await listen(app, { port: 0, host: '127.0.0.1' });
    return server.url;
  };
  const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';
  const RUBBISH = [
    '\0\x01\r\n\r\n',
    'GET / HTTP/1.1\r\nHost\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  ];

  it.each(RUBBISH)('The input %j adds nothing to earlier responses', async (rubbish) => {
    const handled: ServerResponse[] = [];
    const url = await start((_req, res) => void handled.push(res));
    const client = rawClient(url, POST + POST + rubbish);
    await eventually('2 requests are handled', () => handled.length >= 2);
    for (const res of handled) res.writeHead(201).end('done');
    const text = await client.end;
    expect(statusesOf(text)).toEqual([201, 201]);
    expect(text).not.toContain('problem');
  });

  it.each(RUBBISH)('The input %j adds nothing to a body that is being sent', async (rubbish) => {
    const { promise, resolve } = Promise.withResolvers<ServerResponse>();
    const url = await start((_req, res) => {
      res.write('first');
      resolve(res);
    });
    const client = rawClient(url, POST);
    await client.until((all) => all.includes('first'));
    client.socket.write(rubbish);
    const res = await promise;
    // The input has to be read before the end is sent.
    const before = res.req.socket.bytesRead;
    await eventually('all is read', () => res.req.socket.bytesRead >= POST.length + rubbish.length);
    expect(before).toBeGreaterThanOrEqual(POST.length);
    res.end('last');
    const text = await client.end;
    expect(statusesOf(text)).toEqual([200]);
    expect(text).toMatch(/first\r\n4\r\nlast\r\n0\r\n\r\n$/);
  });

  it('An incomplete body is only reported as unreadable', async () => {
    const received = Promise.withResolvers<IncomingMessage>();
    const url = await start((req) => {
      req.on('error', () => {}).once('data', () => received.resolve(req));
    });
    const client = rawClient(
      url,
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
    );
    await received.promise;
    client.socket.write('rubbish\r\n');
    const text = await client.end;
    expect(statusesOf(text)).toEqual([400]);
    expect(text).not.toContain('nothing was done');
  });
});

describe('Absolute URL as the target (RFC 9112 §3.2.2)', () => {
  it.each([
    ['http://a.example/b?c=d', '/b?c=d', 'a.example'],
    ['HTTPS://a.example:8443', '/', 'a.example:8443'],
    ['http://a.example?c', '/?c', 'a.example'],
    ['http://a.example/../b', '/../b', 'a.example'],
  ])('The host of the target %s replaces that of Host', async (target, path, host) => {
    const server = await listen(
      (req, res) => {
        const raw = req.rawHeaders[req.rawHeaders.indexOf('Host') + 1];
        res.end(JSON.stringify([req.url, req.headers.host, raw]));
      },
      { port: 0, host: '127.0.0.1' },
    );
    const text = await rawClient(
      server.url,
      `GET ${target} HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n`,
    ).end;
    expect(text).toContain(JSON.stringify([path, host, host]));
    await server.close(0);
  });
});

describe('CONNECT after other requests', () => {
  let server: Listening;
  afterEach(() => server.close(0));

  const start = async (app: RequestListener): Promise<string> => {
    server = await listen(app, { port: 0, host: '127.0.0.1' });
    return server.url;
  };
  const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const CONNECT = 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n';
  /** Starts an endless response and returns whether it ended. */
  const endless = (res: ServerResponse) => {
    const write = () => {
      while (!res.destroyed && res.write(Buffer.alloc(65_536)));
      res.once('drain', write);
    };
    write();
  };

  it.each([
    ['nothing', CONNECT],
    ['a request', GET + CONNECT],
    ['two requests', GET + GET + CONNECT],
  ])('A reset of the connection after %s does no harm', async (_, bytes) => {
    const closed: Promise<void>[] = [];
    const url = await start((_req, res) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      res.once('close', resolve);
      closed.push(promise);
      endless(res);
    });
    const client = rawClient(url, bytes);
    if (bytes === CONNECT) await client.until((all) => all.includes('405'));
    else await client.until((all) => all.length > 0);
    client.socket.resetAndDestroy();
    await client.end;
    await Promise.all(closed);
    const next = rawClient(url, GET);
    expect(statusesOf(await next.until((all) => all.length > 0))).toEqual([200]);
    next.socket.destroy();
  });

  it('A response larger than the socket buffer is still sent completely', async () => {
    const size = 8 * 1024 ** 2;
    const url = await start((_req, res) => {
      let left = size / 65_536;
      const write = () => {
        while (left-- > 0) if (!res.write(Buffer.alloc(65_536))) return void res.once('drain', write);
        res.end();
      };
      write();
    });
    expect((await rawClient(url, GET + CONNECT).end).length).toBeGreaterThan(size);
  });
});
