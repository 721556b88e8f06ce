/** Handshakes that do not become WebSocket connections, and requests that only look like handshakes. */
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Problem } from '../../../src/contract/problem.ts';
import { tooManyConnections } from '../../../src/contract/problems.ts';
import { document, startGateway } from '../../support/gateway.ts';
import { rawClient, statusesOf } from '../../support/raw-client.ts';
import { scriptedVerifier } from '../../support/verifiers.ts';
import {
  chatDocument,
  nextMessage,
  openWebSocket,
  rawAcceptance,
  rawHandshake,
  refusalOf,
  startWebSocketGateway,
  textFrame,
  type WebSocketGatewayOptions,
  webSocket,
} from '../../support/web-socket.ts';

const SECURED = 'authentication: { schemes: { token: { keysFile: x } } }';

const startSecured = (options: WebSocketGatewayOptions = {}) =>
  startWebSocketGateway({
    config: SECURED,
    verifiers: new Map([['token', scriptedVerifier()]]),
    ...options,
  });

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

describe('Refusals of the gateway', () => {
  it.each([
    ['without credentials', '/private', {}, 401, 'authentication-required'],
    ['with credentials that are not valid', '/private', bearer('bad'), 401, 'authentication-required'],
    ['with too few scopes', '/private', bearer('anna:write'), 403, 'insufficient-scope'],
    [
      'with credentials that cannot be verified',
      '/private',
      bearer('away'),
      503,
      'authentication-unavailable',
    ],
    ['to an unknown path', '/nowhere', {}, 404, 'not-found'],
    ['with an invalid path parameter', '/rooms/seven', {}, 400, 'validation-failed'],
    ['with an invalid query parameter', '/rooms/7?since=x', {}, 400, 'validation-failed'],
    ['with an unknown query parameter', '/rooms/7?token=secret', {}, 400, 'validation-failed'],
  ])('A handshake %s is refused, and does not reach the service', async (_, path, options, status, code) => {
    const gateway = await startSecured();
    const refusal = await refusalOf(gateway, path, options);
    expect(refusal.status).toBe(status);
    expect(refusal.headers.connection).toBe('close');
    expect(JSON.parse(refusal.body).type).toBe(`/problems/${code}`);
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('A handshake is refused by any operation step, such as a rate limit', async () => {
    const gateway = await startWebSocketGateway({
      operationSteps: [
        async () => {
          await Promise.resolve();
          throw new Problem(tooManyConnections, 'Too fast.');
        },
      ],
    });
    expect((await refusalOf(gateway)).status).toBe(429);
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('A handshake with a valid token becomes a connection', async () => {
    const client = await openWebSocket(await startSecured(), '/private', bearer('anna:read'));
    client.send('hello');
    expect(await nextMessage(client)).toBe('hello');
  });

  it.each([
    ['another version', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 8', 426],
    ['no version', 'Sec-WebSocket-Version: 13\r\n', '', 426],
    [
      'several versions',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8',
      426,
    ],
    ['no key', /Sec-WebSocket-Key: .*\r\n/, '', 400],
    ['a key that is too short', /Sec-WebSocket-Key: .*\r\n/, 'Sec-WebSocket-Key: YQ==\r\n', 400],
    [
      'several keys',
      'Sec-WebSocket-Key',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key',
      400,
    ],
  ])('A handshake with %s is refused', async (_, part, replacement, status) => {
    const gateway = await startWebSocketGateway();
    const text = await rawClient(gateway.url, rawHandshake('/chat').replace(part, replacement)).end;
    expect(statusesOf(text)).toEqual([status]);
    if (status === 426) expect(text).toContain('Sec-WebSocket-Version: 13\r\n');
    expect(gateway.upstream.requests).toEqual([]);
  });
});

describe('Origin', () => {
  const statusOf = async (headers: Record<string, string>, options: WebSocketGatewayOptions = {}) => {
    const gateway = await startWebSocketGateway(options);
    const client = webSocket(gateway, '/chat', { headers });
    return Promise.race([
      once(client, 'open').then(() => 101),
      once(client, 'unexpected-response').then(([, res]) => {
        res.resume();
        return res.statusCode;
      }),
    ]);
  };
  const evil = { Origin: 'https://evil.example' };

  it.each([
    [evil],
    [{ Origin: 'null' }],
    [{ ...evil, Cookie: 'session=1' }],
    [{ Origin: 'http://127.0.0.1.evil.example' }],
    [{ 'Sec-Fetch-Site': 'cross-site' }],
    [{ 'Sec-Fetch-Site': 'same-site', Origin: 'https://other.example' }],
  ])('A page of another site cannot open a connection: %j', async (headers) => {
    expect(await statusOf(headers)).toBe(403);
  });

  it('A page of the own origin can open a connection', async () => {
    expect(await statusOf({ Origin: 'http://shop.example', Host: 'shop.example' })).toBe(101);
    expect(await statusOf({ Origin: 'http://shop.example', 'Sec-Fetch-Site': 'same-origin' })).toBe(101);
  });

  it('A page of an allowed origin can open a connection, and of no other', async () => {
    const config = 'cors: { origins: ["https://app.example"] }';
    expect(await statusOf({ Origin: 'https://app.example' }, { config })).toBe(101);
    expect(await statusOf({ Origin: 'https://app.example', Cookie: 'a=1' }, { config })).toBe(403);
    expect(await statusOf(evil, { config })).toBe(403);
  });

  it('A service that handles cross-site requests itself gets all origins', async () => {
    expect(await statusOf(evil, { service: 'crossSite: pass' })).toBe(101);
  });
});

describe('Refusals of the service', () => {
  it('The response of the service reaches the client', async () => {
    const gateway = await startWebSocketGateway();
    gateway.upstream.onUpgrade = (_req, socket) =>
      socket.end('HTTP/1.1 409 Conflict\r\nX-Own: yes\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfull');
    const { status, headers, body } = await refusalOf(gateway);
    expect([status, headers['x-own'], body]).toEqual([409, 'yes', 'full']);
  });

  it('A service that ignores the handshake responds as to any other request', async () => {
    const gateway = await startWebSocketGateway();
    gateway.upstream.onUpgrade = undefined;
    const { status, headers, body } = await refusalOf(gateway);
    expect([status, headers.connection, body]).toEqual([200, 'close', 'ok']);
  });

  it.each([
    ['of another key', 'Upgrade: websocket\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
    ['without Sec-WebSocket-Accept', 'Upgrade: websocket'],
    ['to another protocol', 'Upgrade: h2c\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
  ])('A 101 %s becomes 502', async (_, lines) => {
    const gateway = await startWebSocketGateway();
    gateway.upstream.onUpgrade = (_req, socket) =>
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${lines}\r\n\r\nsecret`);
    const text = await rawClient(gateway.url, rawHandshake('/chat')).end;
    expect(statusesOf(text)).toEqual([502]);
    expect(text).not.toContain('secret');
  });

  it('A service that does not respond to the handshake becomes 504', async () => {
    const gateway = await startWebSocketGateway({
      service: 'policy: { attemptTimeout: 50ms, retry: { attempts: 0 } }',
    });
    gateway.upstream.onUpgrade = (_req, socket) => socket.on('error', () => {});
    expect((await refusalOf(gateway)).status).toBe(504);
  });

  it('Failed handshakes open the circuit breaker', async () => {
    const gateway = await startWebSocketGateway({
      service:
        'policy: { retry: { attempts: 0 }, breaker: { minimumCalls: 2, threshold: 0.5, halfOpenAfter: 1m } }',
    });
    gateway.upstream.onUpgrade = (_req, socket) =>
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
    const bodies: string[] = [];
    for (let count = 0; count < 4; count++) bodies.push((await refusalOf(gateway)).body);
    expect(bodies.at(-1)).toContain('/problems/circuit-open');
  });
});

describe('Response validation', () => {
  it('A 101 is no response of the contract, and is never replaced', async () => {
    const gateway = await startWebSocketGateway({ service: 'responses: enforce' });
    const client = await openWebSocket(gateway);
    client.send('hello');
    expect(await nextMessage(client)).toBe('hello');
  });
});

describe('Requests that only look like handshakes', () => {
  /** Statuses of the responses to these bytes, and what the service got. */
  const send = async (bytes: string | Buffer, isEnough: (text: string) => boolean) => {
    const gateway = await startWebSocketGateway();
    const client = rawClient(gateway.url, bytes);
    const text = await client.until(isEnough);
    client.socket.destroy();
    const seen = gateway.upstream.requests.map(({ method, headers }) => ({
      method,
      upgrade: headers.upgrade,
      settings: headers['http2-settings'],
      connection: headers.connection,
    }));
    return { statuses: statusesOf(text), seen };
  };
  const plain = { method: 'GET', upgrade: undefined, settings: undefined, connection: 'keep-alive' };
  const isResponse = (text: string) => text.endsWith('ok');

  it.each([
    [
      'without Connection: upgrade',
      rawHandshake('/chat').replace('Connection: Upgrade', 'Connection: keep-alive'),
    ],
    [
      'with several protocols',
      rawHandshake('/chat').replace('Upgrade: websocket', 'Upgrade: websocket, h2c'),
    ],
    ['with several Upgrade headers', rawHandshake('/chat', 'Upgrade: h2c\r\n')],
    [
      'with a version after the protocol',
      rawHandshake('/chat').replace('Upgrade: websocket', 'Upgrade: websocket/13'),
    ],
    [
      'for HTTP/2',
      rawHandshake('/chat', 'HTTP2-Settings: AAMAAABkAAQAAP__\r\n')
        .replace('Connection: Upgrade', 'Connection: Upgrade, HTTP2-Settings')
        .replace('Upgrade: websocket', 'Upgrade: h2c'),
    ],
    ['for TLS', rawHandshake('/chat').replace('Upgrade: websocket', 'Upgrade: TLS/1.2')],
    ['with an empty Content-Length', rawHandshake('/chat', 'Content-Length: 0\r\n')],
  ])('A request %s is a plain request', async (_, bytes) => {
    expect(await send(bytes, isResponse)).toEqual({ statuses: [200], seen: [plain] });
  });

  it('A handshake in HTTP/1.0 is a plain request', async () => {
    const { statuses, seen } = await send(rawHandshake('/chat').replace('HTTP/1.1', 'HTTP/1.0'), isResponse);
    expect([statuses, seen]).toEqual([[200], [plain]]);
  });

  it.each([
    ['Content-Length', 'Content-Length: 44\r\n', 'GET /private HTTP/1.1\r\nHost: smuggled.example\r\n\r\n'],
    ['chunks', 'Transfer-Encoding: chunked\r\n', '5\r\nabcde\r\n0\r\n\r\n'],
  ])(
    'A handshake with a body in %s is refused like any request with an unexpected body',
    async (_, line, body) => {
      const { statuses, seen } = await send(rawHandshake('/chat', line) + body, (text) =>
        text.includes('validation-failed'),
      );
      expect([statuses, seen]).toEqual([[400], []]);
    },
  );

  it('A handshake with another method is refused like any request with that method', async () => {
    const bytes = rawHandshake('/chat', 'Content-Length: 0\r\n').replace('GET', 'POST');
    const { statuses, seen } = await send(bytes, (text) => text.includes('method-not-allowed'));
    expect([statuses, seen]).toEqual([[405], []]);
  });

  it('Requests after a refused handshake are not read', async () => {
    const gateway = await startWebSocketGateway();
    const client = rawClient(gateway.url, `${rawHandshake('/nowhere')}GET /chat HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(statusesOf(await client.end)).toEqual([404]);
    expect(gateway.upstream.requests).toEqual([]);
  });

  it('Requests after an accepted handshake go to the service as bytes, never as requests', async () => {
    const gateway = await startWebSocketGateway();
    const received = Promise.withResolvers<string>();
    gateway.upstream.onUpgrade = (_req, socket, head) => {
      socket.write(rawAcceptance);
      let all = head.toString();
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          all += bytes;
          if (all.endsWith('\r\n\r\n')) received.resolve(all);
        });
    };
    const second = 'GET /private HTTP/1.1\r\nHost: x\r\n\r\n';
    const client = rawClient(gateway.url, rawHandshake('/chat') + second);
    expect(await received.promise).toBe(second);
    expect(gateway.upstream.requests).toHaveLength(1);
    client.socket.destroy();
  });

  it('A handshake that is pipelined after an unfinished request is a plain request', async () => {
    const gateway = await startWebSocketGateway();
    const client = rawClient(
      gateway.url,
      `GET /chat HTTP/1.1\r\nHost: x\r\n\r\n${rawHandshake('/chat').replace('\r\n\r\n', '\r\nX-Second: 1\r\n\r\n')}`,
    );
    const text = await client.until((all) => statusesOf(all).length === 2 && all.endsWith('ok'));
    expect(statusesOf(text)).toEqual([200, 200]);
    expect(gateway.upstream.requests.map(({ headers }) => headers.upgrade)).toEqual([undefined, undefined]);
    client.socket.destroy();
  });

  it('Frames after a handshake that was ignored are not taken for a request', async () => {
    const gateway = await startWebSocketGateway();
    gateway.upstream.onUpgrade = undefined;
    const client = rawClient(
      gateway.url,
      Buffer.concat([Buffer.from(rawHandshake('/chat')), textFrame('GET /private HTTP/1.1')]),
    );
    expect(statusesOf(await client.end)).toEqual([200]);
    expect(gateway.upstream.requests).toHaveLength(1);
  });
});

describe('Service without WebSocket', () => {
  it('A handshake is a plain request', async () => {
    const gateway = await startGateway({ chat: chatDocument });
    const client = rawClient(gateway.url, rawHandshake('/chat'));
    expect(statusesOf(await client.until((all) => all.endsWith('ok')))).toEqual([200]);
    expect(gateway.services.chat?.requests[0]?.headers.upgrade).toBeUndefined();
    client.socket.destroy();
  });

  it('A handshake is a plain request where another service has WebSocket', async () => {
    const other = document({ '/other': { get: { operationId: 'other', responses: {} } } });
    const documents = { chat: chatDocument, other };
    const gateway = await startGateway(documents, { serviceByName: { chat: 'upgrade: [websocket]' } });
    const text = await rawClient(
      gateway.url,
      `${rawHandshake('/other')}GET /chat HTTP/1.1\r\nHost: x\r\n\r\n`,
    ).end;
    expect(statusesOf(text)).toEqual([200]);
    expect(gateway.services.other?.requests.map(({ headers }) => headers.upgrade)).toEqual([undefined]);
    expect(gateway.services.chat?.requests).toEqual([]);
  });
});
