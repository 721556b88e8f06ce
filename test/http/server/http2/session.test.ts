import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { constants } from 'node:http2';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { limitsSchema } from '../../../../src/config/limits.ts';
import { markEventStream } from '../../../../src/http/event-stream.ts';
import { eventually } from '../../../support/eventually.ts';
import { type Http2Client, http2Client } from '../../../support/http2-client.ts';
import { secureSetup } from '../../../support/secure-listener.ts';

const setup = secureSetup();
const limits = (changes: object) => () => limitsSchema.parse(changes);

const serve = async (app: RequestListener, changes: object = {}) => {
  const server = await setup.start(app, {}, { limits: limits(changes) });
  const client = http2Client(server.url, { ca: setup.authority.cert });
  return { server, client };
};

const hello: RequestListener = (_req, res) => res.end('hello');

/** The problem type and the status of a response. */
const problemOf = async (client: Http2Client, headers: Record<string, string>, body?: string) => {
  const response = await client.request(headers, body);
  return [response.status, JSON.parse(response.body).type];
};

describe('A request over HTTP/2', () => {
  it('Reaches the app as a request of node:http, with the address and the scheme of its connection', async () => {
    let seen: object = {};
    const { client } = await serve((req, res) => {
      const { method, url, httpVersion, rawHeaders, socket } = req;
      const { remoteAddress } = socket;
      const { encrypted } = socket as unknown as { encrypted: boolean };
      seen = { method, url, httpVersion, rawHeaders, remoteAddress, encrypted };
      res.end();
    });
    await client.request({ ':path': '/a?b', ':authority': 'localhost:1', 'x-a': '1' });
    expect(seen).toEqual({
      method: 'GET',
      url: '/a?b',
      httpVersion: '2.0',
      rawHeaders: ['Host', 'localhost:1', 'x-a', '1'],
      remoteAddress: '127.0.0.1',
      encrypted: true,
    });
    client.close();
  });

  it.each([
    ['1 byte', 1],
    ['more than the windows of a stream', 5_000_000],
  ])('A body of %s comes back unchanged', async (_, length) => {
    const { client } = await serve((req, res) => req.pipe(res));
    const body = Buffer.alloc(length, 'linkway');
    const response = await client.request({ ':method': 'POST', ':path': '/' }, body);
    expect([response.status, response.body === body.toString()]).toEqual([200, true]);
    client.close();
  });

  it('A response has no fields of an HTTP/1.1 connection, and no reason', async () => {
    const { client } = await serve((_req, res) => {
      res.writeHead(200, 'Fine', [
        'Connection',
        'close',
        'Keep-Alive',
        'timeout=5',
        'Transfer-Encoding',
        'chunked',
        'X-A',
        '1',
        'X-A',
        '2',
      ]);
      res.end('hello');
    });
    const { headers, body } = await client.request('/');
    expect(Object.keys(headers).toSorted()).toEqual([':status', 'date', 'x-a']);
    expect([headers['x-a'], body]).toEqual(['1, 2', 'hello']);
    client.close();
  });

  it('Fields of a service that are repeated against the rules pass, as over HTTP/1.1', async () => {
    const { client } = await serve((_req, res) => {
      res.writeHead(200, ['Age', '1', 'Age', '2']).end('hello');
    });
    expect((await client.request('/')).body).toBe('hello');
    client.close();
  });

  it.each([204, 304])('A response with %i has no body', async (status) => {
    const { client } = await serve((_req, res) => res.writeHead(status, { ETag: '"a"' }).end());
    const { headers, body } = await client.request('/');
    expect([headers[':status'], headers.etag, body]).toEqual([status, '"a"', '']);
    client.close();
  });

  it('A response to HEAD has the length of the body, and no body', async () => {
    const { client } = await serve((_req, res) => res.writeHead(200, { 'Content-Length': '5' }).end('hello'));
    const { headers, body } = await client.request({ ':method': 'HEAD', ':path': '/' });
    expect([headers['content-length'], body]).toEqual(['5', '']);
    client.close();
  });

  it('Interim responses and trailers arrive', async () => {
    const { client } = await serve((_req, res) => {
      res.writeEarlyHints({ link: ['</a>; rel=preload', '</b>; rel=preload'] });
      res.writeHead(200, { 'Content-Type': 'text/plain' });
      res.write('hello');
      res.addTrailers([['X-Sum', '1']] as never);
      res.end();
    });
    const { interim, trailers, body } = await client.request({ ':path': '/', te: 'trailers' });
    expect(interim.map(({ ':status': status, link }) => [status, link])).toEqual([
      [103, '</a>; rel=preload, </b>; rel=preload'],
    ]);
    expect([trailers['x-sum'], body]).toEqual(['1', 'hello']);
    client.close();
  });

  it('A client that accepts no trailers gets none', async () => {
    const { client } = await serve((_req, res) => {
      res.addTrailers({ 'X-Sum': '1' });
      res.end('hello');
    });
    const { trailers, body } = await client.request('/');
    expect([Object.keys(trailers), body]).toEqual([[], 'hello']);
    client.close();
  });

  it('A request that expects 100 Continue gets it, and other expectations get 417', async () => {
    const { client } = await serve((req, res) => req.pipe(res));
    const headers = { ':method': 'POST', ':path': '/', expect: '100-continue' };
    const response = await client.request(headers, 'hello');
    expect([response.interim.map((one) => one[':status']), response.body]).toEqual([[100], 'hello']);
    expect(await problemOf(client, { ...headers, expect: 'more' }, 'x')).toEqual([
      417,
      '/problems/expectation-failed',
    ]);
    client.close();
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['a head that is too large', { ':path': '/', 'x-a': 'a'.repeat(20_000) }, 431, 'headers-too-large'],
    [
      'a Host that differs',
      { ':path': '/', ':authority': 'localhost', host: 'evil.example' },
      400,
      'bad-request',
    ],
    ['a host with a user name', { ':path': '/', ':authority': 'a b' }, 400, 'bad-request'],
    ['another scheme', { ':path': '/', ':scheme': 'ftp' }, 400, 'bad-request'],
    ['CONNECT', { ':method': 'CONNECT', ':authority': 'a:443' }, 405, 'method-not-allowed'],
  ])('A request with %s gets a problem, and the connection goes on', async (_, headers, status, code) => {
    const { client } = await serve(hello);
    const refused = await client.request(headers).catch((error: Error) => error);
    // What nghttp2 refuses never becomes a request.
    if (Error.isError(refused)) expect(refused.message).toMatch(/PROTOCOL_ERROR/);
    else expect([refused.status, JSON.parse(refused.body).type]).toEqual([status, `/problems/${code}`]);
    expect((await client.request('/')).status).toBe(200);
    client.close();
  });

  it('A host that the guard refuses gets 403', async () => {
    const server = await setup.start(hello, {}, { guard: ({ headers }) => headers.host });
    const client = http2Client(server.url, { ca: setup.authority.cert });
    expect(await problemOf(client, { ':path': '/', ':authority': 'evil.example' })).toEqual([
      403,
      '/problems/cross-site',
    ]);
    client.close();
  });

  it('Express handles it', async () => {
    const app = express()
      .use(express.json())
      .post(
        '/a',
        (req, res) => void res.status(201).json({ got: req.body, secure: req.secure, host: req.host }),
      );
    const { client } = await serve(app);
    const { status, body } = await client.request(
      { ':method': 'POST', ':path': '/a', ':authority': 'localhost:1', 'content-type': 'application/json' },
      '{"a":1}',
    );
    expect([status, JSON.parse(body)]).toEqual([201, { got: { a: 1 }, secure: true, host: 'localhost:1' }]);
    client.close();
  });
});

describe('The end of a request over HTTP/2', () => {
  it('A reset by the client ends request and response', async () => {
    const ended: string[] = [];
    let res: ServerResponse | undefined;
    const { client } = await serve((req, response) => {
      res = response;
      req.on('close', () => ended.push('request'));
      response.on('close', () => ended.push('response'));
      req.resume();
    });
    const stream = client.session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    stream.on('error', () => {});
    stream.write('a');
    await eventually('the request has arrived', () => res !== undefined);
    stream.close(constants.NGHTTP2_CANCEL);
    await eventually('both have ended', () => ended.length === 2);
    expect(ended.toSorted()).toEqual(['request', 'response']);
    expect([res?.destroyed, res?.writableFinished]).toEqual([true, false]);
    client.close();
  });

  it('A body that breaks never looks complete', async () => {
    const { client } = await serve((_req, res) => {
      res.write('half', () => res.destroy());
    });
    await expect(client.request('/')).rejects.toThrow(/INTERNAL_ERROR/);
    client.close();
  });

  it('A response before the end of the upload arrives, and the connection goes on', async () => {
    const { client } = await serve((_req, res) => res.writeHead(413).end('too large'));
    const { status, body } = await client.request(
      { ':method': 'POST', ':path': '/' },
      Buffer.alloc(2_000_000),
    );
    expect([status, body]).toEqual([413, 'too large']);
    expect((await client.request('/')).status).toBe(413);
    // Whatever happens first: the end of the upload, or that the client has the response.
    for (let length = 1; length <= 1_000_000; length *= 10) {
      const again = await client.request({ ':method': 'POST', ':path': '/' }, Buffer.alloc(length));
      expect(again.body).toBe('too large');
    }
    client.close();
  });

  it('An upload that is too slow gets 408', async () => {
    const { client } = await serve(
      (req) => {
        req.resume();
      },
      { slow: { rate: '1mb', over: '50ms' } },
    );
    const stream = client.session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    stream.write('a');
    const status = await new Promise((resolve) => {
      stream.on('response', (headers) => resolve(headers[':status']));
    });
    expect(status).toBe(408);
    client.close();
  });

  it('A client that reads nothing loses its stream, and its other streams go on', async () => {
    let slow: IncomingMessage | undefined;
    let isClosed = false;
    const { client } = await serve(
      (req, res) => {
        if (req.url === '/') return res.end('hello');
        if (req.url === '/wait') return undefined;
        slow = req;
        res.on('close', () => {
          isClosed = true;
        });
        return res.write(Buffer.alloc(1_000_000));
      },
      { slow: { reader: '100ms' } },
    );
    // Otherwise the connection would end as idle.
    client.session.request({ ':path': '/wait' }).on('error', () => {});
    const stream = client.session.request({ ':path': '/large' });
    stream.on('error', () => {});
    stream.pause();
    await eventually('the request has arrived', () => slow !== undefined);
    await eventually('the stream has ended', () => isClosed);
    expect((await client.request('/')).body).toBe('hello');
    client.close();
  });

  it('A writer waits for a client that reads slowly', async () => {
    let hasWaited = false;
    const { client } = await serve((_req, res) => {
      const chunk = Buffer.alloc(100_000, 'a');
      let left = 20;
      const write = (): void => {
        for (; left > 0; left--)
          if (!res.write(chunk)) {
            left -= 1;
            hasWaited = true;
            res.once('drain', write);
            return;
          }
        res.end();
      };
      write();
    });
    expect((await client.request('/')).body).toHaveLength(2_000_000);
    expect(hasWaited).toBe(true);
    client.close();
  });
});

describe('The limits of an HTTP/2 connection', () => {
  it('A client learns how many requests it may have at once', async () => {
    const { client } = await serve(hello, { streams: 7 });
    await client.request('/');
    expect(client.session.remoteSettings.maxConcurrentStreams).toBe(7);
    client.close();
  });

  it.each(['GET', 'POST'])(
    'A client that always has as many %s requests as it may loses none',
    async (method) => {
      const { client } = await serve((req, res) => {
        req.resume();
        setImmediate(() => res.end('hello'));
      });
      await client.request('/');
      // Its library keeps back what is above the limit.
      const all = await Promise.all(
        Array.from({ length: 3_000 }, () =>
          client.request({ ':method': method, ':path': '/' }, method === 'POST' ? 'a body' : undefined),
        ),
      );
      expect(all.filter(({ body }) => body !== 'hello')).toEqual([]);
      client.close();
    },
  );

  it('All connections together have a limited number of requests, and more are refused as not handled', async () => {
    const waiting: ServerResponse[] = [];
    const { server, client } = await serve((_req, res) => waiting.push(res), { connections: 2 });
    const other = http2Client(server.url, { ca: setup.authority.cert });
    const first = client.request('/');
    const second = other.request('/');
    await eventually('both have arrived', () => waiting.length === 2);
    await expect(client.request('/')).rejects.toThrow(/REFUSED_STREAM/);
    for (const res of waiting) res.end('hello');
    expect([(await first).body, (await second).body]).toEqual(['hello', 'hello']);
    for (const one of [client, other]) one.close();
  });

  it('A large response that waits for its reader does not keep others from the connection', async () => {
    const { client } = await serve((req, res) => {
      res.end(req.url === '/large' ? Buffer.alloc(40_000_000) : 'hello');
    });
    const stream = client.session.request({ ':path': '/large' });
    stream.on('error', () => {});
    await new Promise((resolve) => stream.once('response', resolve));
    stream.pause();
    const all = await Promise.all(Array.from({ length: 50 }, () => client.request('/')));
    expect(new Set(all.map(({ body }) => body))).toEqual(new Set(['hello']));
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(length).toBe(40_000_000);
    client.close();
  });

  it('A connection above the limit gets 503 where all others are busy', async () => {
    const waiting: ServerResponse[] = [];
    const { server, client } = await serve((_req, res) => waiting.push(res), { connections: 1 });
    const first = client.request('/');
    await eventually('the first has arrived', () => waiting.length === 1);
    const other = http2Client(server.url, { ca: setup.authority.cert });
    const refused = await other.request('/').catch((error: Error) => error.message);
    if (typeof refused === 'string') expect(refused).toMatch(/REFUSED_STREAM/);
    else expect(refused.status).toBe(503);
    waiting[0]?.end('hello');
    expect((await first).body).toBe('hello');
    for (const one of [client, other]) one.close();
  });

  it('A connection without requests makes room for a new one', async () => {
    const { server, client } = await serve(hello, { connections: 1 });
    await client.request('/');
    const other = http2Client(server.url, { ca: setup.authority.cert });
    expect((await other.request('/')).body).toBe('hello');
    await eventually('the idle one has ended', () => client.session.destroyed);
    other.close();
  });

  it('A connection without requests ends after a while', async () => {
    const { client } = await serve(hello, { slow: { reader: '100ms' } });
    await client.request('/');
    await eventually('it has ended', () => client.session.destroyed);
  });
});

describe('A server that drains', () => {
  it('Sends GOAWAY, and finishes what has started', async () => {
    const waiting: ServerResponse[] = [];
    const { server, client } = await serve((_req, res) => waiting.push(res));
    const goaways: number[] = [];
    client.session.on('goaway', (code, last) => goaways.push(code, last ?? 0));
    const running = client.request('/');
    await eventually('the request has arrived', () => waiting.length === 1);
    server.drain();
    await eventually('the client knows', () => goaways.length > 0);
    expect(goaways).toEqual([constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1]);
    waiting[0]?.end('hello');
    expect((await running).body).toBe('hello');
    await eventually('the connection has ended', () => client.session.destroyed);
  });

  it('Still handles the first request of a new connection', async () => {
    const { server, client } = await serve(hello);
    await client.request('/');
    server.drain();
    const late = http2Client(server.url, { ca: setup.authority.cert });
    expect((await late.request('/')).body).toBe('hello');
    await eventually('its connection has ended', () => late.session.destroyed);
    client.close();
  });

  it('Closes at once where no request is in progress', async () => {
    const { server, client } = await serve(hello);
    await client.request('/');
    await server.close(20_000);
    await eventually('the client knows', () => client.session.destroyed);
  });

  it('Ends what takes longer: 503 without a head, an end for event streams, a reset for other bodies', async () => {
    let arrived = 0;
    const { server, client } = await serve((req, res) => {
      arrived += 1;
      if (req.url === '/waiting') return;
      if (req.url === '/events') markEventStream(res, 'text/event-stream');
      res.write('data: 1\n\n');
    });
    const results = Promise.allSettled(['/waiting', '/events', '/body'].map((path) => client.request(path)));
    await eventually('all have arrived', () => arrived === 3);
    await server.close(50);
    const [waiting, events, body] = (await results).map((one) =>
      one.status === 'fulfilled' ? one.value : undefined,
    );
    expect(waiting?.status).toBe(503);
    expect(events?.body).toBe('data: 1\n\n');
    expect(body).toBeUndefined();
  });
});
