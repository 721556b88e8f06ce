import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { eventually } from '../../support/eventually.ts';
import { document, startGateway, type TestGatewayOptions } from '../../support/gateway.ts';

const requestBody = { content: { '*/*': {} } };
const paths = { '/x': { get: {}, put: { requestBody }, post: { requestBody } } };

const start = async (respond?: RequestListener, options: TestGatewayOptions = {}) => {
  const gateway = await startGateway(
    { orders: document(paths), consumers: document({ '/c': { get: {} } }) },
    options,
  );
  const upstream = gateway.services.orders;
  if (!upstream) throw new Error('no upstream');
  if (respond) upstream.respond = respond;
  return { ...gateway, upstream };
};

/** Uses no client library, which would normalize the request. */
const raw = (url: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });

describe('Headers', () => {
  it('Headers reach the service with the client address and without connection headers', async () => {
    const { url, upstream } = await start();
    await raw(
      url,
      [
        'GET /x HTTP/1.1',
        'Host: api.example',
        'Connection: close, X-Secret',
        'X-Secret: 1',
        'Keep-Alive: timeout=5',
        'TE: trailers',
        'Upgrade: websocket',
        'Proxy-Authorization: Basic eA==',
        'X-Forwarded-For: 6.6.6.6',
        'Forwarded: for=6.6.6.6',
        'X-Request-Id: r-1',
        'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        'tracestate: a=b',
        'Accept: text/plain',
        'X-Multi: 1',
        'X-Multi: 2',
        '',
        '',
      ].join('\r\n'),
    );
    const { headers, rawHeaders } = upstream.requests[0] as IncomingMessage;
    for (const name of ['x-secret', 'keep-alive', 'te', 'upgrade', 'proxy-authorization']) {
      expect([name, headers[name]]).toEqual([name, undefined]);
    }
    expect(headers).toMatchObject({
      host: expect.stringMatching(/^127\.0\.0\.1:/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'api.example',
      forwarded: 'for=127.0.0.1;host=api.example;proto=http',
      via: '1.1 linkway',
      'x-request-id': 'r-1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'a=b',
      accept: 'text/plain',
    });
    expect(rawHeaders.filter((text) => text === 'X-Multi')).toHaveLength(2);
  });

  it('An invalid trace context is not forwarded', async () => {
    const { url, upstream } = await start();
    await request(url).get('/x').set({ traceparent: 'broken', tracestate: 'a=b' });
    const { headers } = upstream.requests[0] as IncomingMessage;
    expect(headers.traceparent).toMatch(/^00-/);
    expect(headers.tracestate).toBeUndefined();
  });

  it('Response headers are forwarded with those of the gateway and without connection headers', async () => {
    const { url } = await start((_req, res) => {
      res.writeHead(200, [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'ETag',
        '"1"',
        'X-Frame-Options',
        'DENY',
        'X-Inner',
        '1',
        'X-Inmost',
        '2',
        'Connection',
        'close, X-Inner',
        'Connection',
        'X-Inmost',
        'Proxy-Authenticate',
        'Basic',
      ]);
      res.end('ok');
    });
    const { headers } = await request(url).get('/x').set('X-Request-Id', 'r-2');
    expect(headers).toMatchObject({
      'set-cookie': ['a=1', 'b=2'],
      etag: '"1"',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'r-2',
    });
    for (const name of ['x-inner', 'x-inmost', 'proxy-authenticate', 'x-powered-by'])
      expect(headers).not.toHaveProperty(name);
  });

  it('The gateway responds to Expect: 100-continue', async () => {
    const { url, upstream } = await start(async (req, res) =>
      res.end(String(Buffer.concat(await req.toArray()))),
    );
    const body = await new Promise((resolve, reject) => {
      const req = httpRequest(`${url}/x`, {
        method: 'POST',
        headers: { Expect: '100-continue', 'Content-Type': 'text/plain', 'Content-Length': 5 },
      });
      req.on('continue', () => req.end('hello'));
      req.on('response', async (res) => resolve(String(Buffer.concat(await res.toArray()))));
      req.on('error', reject);
      req.flushHeaders();
    });
    expect(body).toBe('hello');
    expect(upstream.requests[0]?.headers.expect).toBeUndefined();
  });
});

describe('Streaming', () => {
  it('Each chunk of a response is forwarded before the next arrives', async () => {
    let next = () => {};
    const { url } = await start((_req, res) => {
      res.write('one');
      next = () => {
        res.write('two');
        next = () => res.end('three');
      };
    });
    const response = await fetch(`${url}/x`);
    const parts: string[] = [];
    for await (const chunk of response.body ?? []) {
      parts.push(Buffer.from(chunk).toString());
      next();
    }
    expect(parts).toEqual(['one', 'two', 'three']);
  });

  it('Response headers are forwarded before the body arrives', async () => {
    let finish = () => {};
    const { url } = await start((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      finish = () => res.end();
    });
    const response = await fetch(`${url}/x`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    finish();
    await response.text();
  });

  it('Each chunk of a request is forwarded before the next arrives', async () => {
    const parts: string[] = [];
    let more = () => {};
    const { url } = await start((req, res) => {
      req.on('data', (chunk) => {
        parts.push(String(chunk));
        more();
      });
      req.on('end', () => res.end());
    });
    const req = httpRequest(`${url}/x`, { method: 'POST', headers: { 'Content-Type': 'text/plain' } });
    const done = new Promise((resolve) => req.on('response', (res) => res.resume().on('end', resolve)));
    more = () => {
      more = () => req.end();
      req.write('two');
    };
    req.write('one');
    await done;
    expect(parts).toEqual(['one', 'two']);
  });

  it('Backpressure of a slow client reaches the service', async () => {
    const size = 64 * 1024 * 1024;
    let sent = 0;
    const { url } = await start((_req, res) => {
      const write = (): void => {
        while (sent < size) {
          sent += 65_536;
          if (!res.write(Buffer.alloc(65_536))) {
            res.once('drain', write);
            return;
          }
        }
        res.end();
      };
      write();
    });
    const response = await new Promise<IncomingMessage>((resolve) => httpRequest(`${url}/x`, resolve).end());
    for (let turns = 0, before = -1; turns < 20; turns = before === sent ? turns + 1 : 0) {
      before = sent;
      await new Promise(setImmediate);
    }
    expect(sent).toBeLessThan(size);
    let received = 0;
    for await (const chunk of response) received += chunk.length;
    expect(received).toBe(size);
  });

  it('An incomplete response closes the connection', async () => {
    const { url } = await start((_req, res) => {
      res.write('half');
      setImmediate(() => res.destroy());
    });
    await expect(fetch(`${url}/x`).then((response) => response.text())).rejects.toThrow();
  });

  it.each([204, 304])('A response with %d is forwarded without a body', async (status) => {
    const { url } = await start((_req, res) => res.writeHead(status, { ETag: '"1"' }).end());
    const response = await request(url).get('/x');
    expect([response.status, response.headers.etag, response.text]).toEqual([status, '"1"', '']);
  });
});

describe('A client that disconnects', () => {
  it.each(['before the head', 'in the body'])(
    'A client that disconnects aborts the call to the service, %s',
    async (when) => {
      let leave = () => {};
      const { url, upstream } = await start();
      const left = new Promise((resolve) => {
        upstream.respond = (_req, res) => {
          res.on('close', resolve);
          if (when === 'in the body') res.write('some');
          else leave();
        };
      });
      const req = httpRequest(`${url}/x`, () => leave());
      req.on('error', () => {});
      leave = () => req.destroy();
      req.end();
      await left;
    },
  );

  it('A client that disconnects during its upload does not count as a failure of the service', async () => {
    const { url, upstream, services } = await start();
    const left = new Promise((resolve) => {
      upstream.respond = (req) =>
        req
          .on('close', resolve)
          .on('error', () => {})
          .once('data', () => client.destroy());
    });
    const headers = { 'Content-Type': 'text/plain', 'Content-Length': 100 };
    const client = httpRequest(`${url}/x`, { method: 'POST', headers });
    client.on('error', () => {});
    client.write('part');
    await left;
    if (services.orders) services.orders.respond = (_req, res) => res.end('fine');
    expect((await request(url).get('/x')).text).toBe('fine');
  });
});

describe('A failing service', () => {
  const config = 'policy: { retry: { attempts: 0 }, breaker: { minimumCalls: 3, halfOpenAfter: 50ms } }';

  it('A stopped service gets immediate errors, recovers, and does not affect others', async () => {
    const { url, upstream } = await start(undefined, { config });
    expect((await request(url).get('/x')).status).toBe(200);
    await upstream.stop();
    const codes: string[] = [];
    for (let i = 0; i < 6; i++) {
      const { status, headers, body } = await request(url).get('/x');
      expect([status, headers['retry-after'], headers['content-type']]).toEqual([
        503,
        '1',
        'application/problem+json',
      ]);
      codes.push(body.type);
    }
    expect(codes).toContain('/problems/service-unreachable');
    expect(codes).toContain('/problems/circuit-open');
    expect((await request(url).get('/c')).status).toBe(200);

    await upstream.start();
    let healed = await request(url).get('/x');
    await eventually('the circuit is closed', async () => {
      if (healed.status === 503) healed = await request(url).get('/x');
      return healed.status !== 503;
    });
    expect(healed.text).toBe('ok');
  });

  it('Errors of a service are forwarded unchanged', async () => {
    const { url } = await start(
      (_req, res) => res.writeHead(500, { 'Content-Type': 'text/plain' }).end('my fault'),
      { config },
    );
    const { status, text } = await request(url).get('/x');
    expect([status, text]).toEqual([500, 'my fault']);
  });

  it('A late response leads to 504 without the address of the service', async () => {
    const { url } = await start(() => {}, {
      config: 'policy: { attemptTimeout: 20ms, retry: { attempts: 0 } }',
    });
    const { status, body, text } = await request(url).get('/x');
    expect([status, body.type]).toEqual([504, '/problems/upstream-timeout']);
    expect(text).not.toContain('127.0.0.1');
  });
});

describe('The log and the metrics hook', () => {
  it('The log and the metrics hook have service and operation', async () => {
    const records: unknown[] = [];
    const { url, log } = await start(undefined, {
      onRequest: ({ context, status }) => records.push([context.operationId, status]),
    });
    await request(url).get('/x');
    await request(url).get('/nowhere');
    expect(log.written.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ service: 'orders', operationId: 'GET /x', status: 200, path: '/x' }),
      expect.objectContaining({ service: '', status: 404 }),
    ]);
    expect(records).toEqual([
      ['GET /x', 200],
      ['', 404],
    ]);
  });

  it('The access log can be disabled', async () => {
    const { url, log } = await start(undefined, { config: 'accessLog: false' });
    await request(url).get('/x');
    expect(log.written).toEqual([]);
  });
});

describe('An unreachable service', () => {
  it('The cause of a failed connection is logged once and hidden from clients', async () => {
    const { url, upstream, log } = await start();
    await upstream.stop();
    const texts = await Promise.all([1, 2, 3].map(async () => (await request(url).get('/x')).text));
    await upstream.start();
    const problems = log.warnings.map(({ problem }: { problem?: string }) => problem);
    expect(problems).toEqual([...new Set(problems)]);
    for (const one of log.warnings)
      expect(one).toMatchObject({ service: 'orders', cause: 'ECONNREFUSED', method: 'GET', path: '/x' });
    expect(problems.length).toBeGreaterThan(0);
    expect(texts.join()).not.toMatch(/ECONN|127\.0\.0\.1/);
  });
});
