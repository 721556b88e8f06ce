/** Responses that a service may send (RFC 9110, RFC 9112), and what the client receives. */
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { createGateway } from '../../src/gateway/app.ts';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { type Listening, listen } from '../../src/http/server/listen.ts';
import { closeTargets, createTargets, type Targets } from '../../src/outbound/targets.ts';
import { document } from '../support/gateway.ts';
import { testLog } from '../support/log.ts';

interface Sent {
  readonly text: string;
  /** Whether the service closes the connection afterwards. */
  readonly closes?: boolean;
  readonly method?: string;
}

interface Received {
  readonly status?: number | undefined;
  readonly headers?: object;
  readonly absent?: readonly string[];
  readonly body?: string;
  /** Statuses and raw headers of interim responses. */
  readonly interim?: readonly (readonly [number, readonly string[]])[];
  readonly trailers?: object;
}

let sent: Sent;
let requestCount = 0;
let service: Server;
let gateway: Listening;
let targets: Targets;
const sockets = new Set<Socket>();

beforeAll(async () => {
  service = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      requestCount += 1;
      socket.write(sent.text, 'latin1');
      if (sent.closes) socket.end();
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const config = parseGatewayConfig(
    `services: { things: { document: x, url: "http://127.0.0.1:${port}" } }`,
    'gateway.yaml',
  );
  const paths = { '/x': { get: { operationId: 'getX' }, head: { operationId: 'headX' } } };
  const documents = new Map(
    liftDocuments([{ name: 'things', document: document(paths) }]).map((one) => [one.name, one.document]),
  );
  targets = createTargets(config.services);
  gateway = await listen(createGateway({ config, documents, targets, log: testLog() }), {
    port: 0,
    host: '127.0.0.1',
  });
});
afterAll(async () => {
  await gateway.close(0);
  await closeTargets(targets);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => service.close(resolve));
});

/** A client that accepts everything. */
const ask = (method = 'GET'): Promise<Required<Omit<Received, 'absent'>>> =>
  new Promise((resolve, reject) => {
    const interim: [number, string[]][] = [];
    const req = httpRequest(
      `${gateway.url}/x`,
      { method, agent: false, headers: { TE: 'trailers' }, maxHeaderSize: 1_000_000 },
      async (res) => {
        const body = Buffer.concat(await res.toArray()).toString('latin1');
        const { statusCode: status, headers, trailers } = res;
        resolve({ status, headers, body, interim, trailers });
      },
    );
    req.on('information', ({ statusCode, rawHeaders }) => interim.push([statusCode, rawHeaders]));
    req.on('error', reject).end();
  });

const lines = (...all: string[]): string => all.map((line) => `${line}\r\n`).join('');
const OK = lines('HTTP/1.1 200 OK', 'Content-Length: 2', '');
const WHOLE: Received = { status: 200, body: 'ok', headers: { 'content-length': '2' } };
const chunked = (coding: string, ...more: string[]) =>
  lines('HTTP/1.1 200 OK', `Transfer-Encoding: ${coding}`, ...more, '');

const TAKEN: Readonly<Record<string, [Sent, Received]>> = {
  'an unrequested 100 Continue': [
    { text: `${lines('HTTP/1.1 100 Continue', '')}${OK}ok` },
    { ...WHOLE, interim: [] },
  ],
  '103 Early Hints': [
    {
      text: `${lines('HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload', 'Connection: X-B', 'X-A: é', '')}${OK}ok`,
    },
    { ...WHOLE, interim: [[103, ['Link', '</a.css>; rel=preload', 'X-A', 'é']]] },
  ],
  'several interim responses': [
    {
      text: `${lines('HTTP/1.1 100 A', '', 'HTTP/1.1 102 B', '', 'HTTP/1.1 103 C', '', 'HTTP/1.1 100 D', '')}${OK}ok`,
    },
    {
      ...WHOLE,
      interim: [
        [102, []],
        [103, []],
      ],
    },
  ],
  'a 204 with a Content-Length': [
    { text: lines('HTTP/1.1 204 No Content', 'Content-Length: 5', '') },
    { status: 204, body: '', absent: ['content-length'] },
  ],
  'a 204 with a body': [
    { text: `${lines('HTTP/1.1 204 No Content', 'Content-Length: 5', '')}hello` },
    { status: 204, body: '' },
  ],
  'a 205 with a body': [
    { text: `${lines('HTTP/1.1 205 Reset Content', 'Content-Length: 5', '')}hello` },
    { status: 205, body: '', headers: { 'content-length': '0' } },
  ],
  'a 205 in chunks': [
    { text: `${lines('HTTP/1.1 205 R', 'Transfer-Encoding: chunked', '', '5', 'hello', '0', '')}` },
    { status: 205, body: '', headers: { 'content-length': '0' } },
  ],
  'a 304 with the Content-Length of the 200': [
    { text: lines('HTTP/1.1 304 Not Modified', 'Content-Length: 5', 'ETag: "a"', '') },
    { status: 304, body: '', headers: { 'content-length': '5', etag: '"a"' } },
  ],
  'a 304 with a Transfer-Encoding': [
    { text: lines('HTTP/1.1 304 Not Modified', 'Transfer-Encoding: chunked', '') },
    { status: 304, body: '' },
  ],
  'an empty reason phrase': [{ text: `${lines('HTTP/1.1 200 ', 'Content-Length: 2', '')}ok` }, WHOLE],
  'no reason phrase': [{ text: `${lines('HTTP/1.1 200', 'Content-Length: 2', '')}ok` }, WHOLE],
  'a reason phrase beyond ASCII': [
    { text: `${lines('HTTP/1.1 200 tr\xe8s bien', 'Content-Length: 2', '')}ok` },
    WHOLE,
  ],
  'a status that no one knows': [
    { text: `${lines('HTTP/1.1 499 Odd', 'Content-Length: 2', '')}ok` },
    { status: 499, body: 'ok' },
  ],
  'an empty line before the head': [{ text: `\r\n${OK}ok` }, WHOLE],
  'HTTP/1.0 until the connection closes': [
    { text: `${lines('HTTP/1.0 200 OK', 'X-A: b', '')}ok`, closes: true },
    { status: 200, body: 'ok', headers: { 'x-a': 'b' } },
  ],
  'HTTP/1.0 with a length': [
    { text: `${lines('HTTP/1.0 200 OK', 'Connection: keep-alive', 'Content-Length: 2', '')}ok` },
    WHOLE,
  ],
  'HTTP/1.1 until the connection closes': [
    { text: `${lines('HTTP/1.1 200 OK', '')}ok`, closes: true },
    { status: 200, body: 'ok' },
  ],
  'a connection that closes after a whole body': [{ text: `${OK}ok`, closes: true }, WHOLE],
  'a keep-alive timeout of zero': [
    { text: `${lines('HTTP/1.1 200 OK', 'Keep-Alive: timeout=0', 'Content-Length: 2', '')}ok` },
    WHOLE,
  ],
  'chunks with extensions': [
    { text: chunked('chunked') + lines('2;a=b;c="d"', 'ok', '0;x', '') },
    { status: 200, body: 'ok' },
  ],
  'a coding in another case': [
    { text: chunked('Chunked') + lines('2', 'ok', '0', '') },
    { status: 200, body: 'ok' },
  ],
  trailers: [
    {
      text:
        chunked('chunked', 'Trailer: X-T') +
        lines('2', 'ok', '0', 'X-T: 1', 'Set-Cookie: a=b', 'Host: c', ''),
    },
    { status: 200, body: 'ok', trailers: { 'x-t': '1' } },
  ],
  'headers that Connection names': [
    {
      text: `${lines('HTTP/1.1 200 OK', 'Connection: X-A, keep-alive , x-b', 'X-A: 1', 'X-B: 2', 'X-C: 3', 'Content-Length: 2', '')}ok`,
    },
    { status: 200, body: 'ok', absent: ['x-a', 'x-b'] },
  ],
  'values beyond ASCII': [
    { text: `${lines('HTTP/1.1 200 OK', 'X-A: \xe9\xff', 'Content-Length: 2', '')}ok` },
    { ...WHOLE, headers: { 'x-a': '\xe9\xff' } },
  ],
  'headers that come again, and empty ones': [
    {
      text: `${lines('HTTP/1.1 200 OK', 'X-A: 1', 'x-a: 2', 'Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-E:', 'X-F: \t v \t', 'Content-Length: 2', '')}ok`,
    },
    { ...WHOLE, headers: { 'x-a': '1, 2', 'set-cookie': ['a=1', 'b=2'], 'x-e': '', 'x-f': 'v' } },
  ],
  'an offer of another protocol': [
    { text: `${lines('HTTP/1.1 200 OK', 'Upgrade: h2c', 'Connection: Upgrade', 'Content-Length: 2', '')}ok` },
    { ...WHOLE, absent: ['upgrade'] },
  ],
  'the length of a body that HEAD does not get': [
    { text: lines('HTTP/1.1 200 OK', 'Content-Length: 123456', ''), method: 'HEAD' },
    { status: 200, body: '', headers: { 'content-length': '123456' } },
  ],
  'a response to HEAD that says it is in chunks': [
    { text: chunked('chunked'), method: 'HEAD' },
    { status: 200, body: '' },
  ],
  'a response to HEAD with a body all the same': [
    { text: `${OK}ok`, method: 'HEAD' },
    { status: 200, body: '' },
  ],
  'more than was announced': [{ text: `${OK}ok and more` }, WHOLE],
  'a head of 60 KB': [
    { text: `${lines('HTTP/1.1 200 OK', `X-A: ${'a'.repeat(60_000)}`, 'Content-Length: 2', '')}ok` },
    WHOLE,
  ],
};

const NOT_HTTP = 'the response is not valid HTTP';
const CODING = 'the response has an unsupported transfer coding';
const STATUS = 'the response has no valid status code';

const REFUSED: Readonly<Record<string, [string, string]>> = {
  'a head of 70 KB': [
    `${lines('HTTP/1.1 200 OK', `X-A: ${'a'.repeat(70_000)}`, 'Content-Length: 2', '')}ok`,
    'the head of the response is too large',
  ],
  'a head of many headers': [
    `${lines('HTTP/1.1 200 OK', ...Array.from({ length: 20_000 }, (_, n) => `X-${n}: a`), '')}`,
    'the head of the response is too large',
  ],
  'a long head before the final one': [
    `${lines('HTTP/1.1 103 Early Hints', `Link: ${'a'.repeat(70_000)}`, '')}${OK}ok`,
    'the head of the response is too large',
  ],
  'a control character in a header': [lines('HTTP/1.1 200 OK', 'X-A: b\x01c', ''), NOT_HTTP],
  'a NUL in a header': [lines('HTTP/1.1 200 OK', 'X-A: b\0c', ''), NOT_HTTP],
  'a bare CR in a header': [lines('HTTP/1.1 200 OK', 'X-A: b\rX-B: c', ''), NOT_HTTP],
  'a folded header': [lines('HTTP/1.1 200 OK', 'X-A: b', ' c', 'Content-Length: 0', ''), NOT_HTTP],
  'lines that end in LF alone': ['HTTP/1.1 200 OK\nContent-Length: 2\n\nok', NOT_HTTP],
  'a blank before a colon': [lines('HTTP/1.1 200 OK', 'X-A : b', 'Content-Length: 0', ''), NOT_HTTP],
  'a header that is not named': [lines('HTTP/1.1 200 OK', ': b', ''), NOT_HTTP],
  'a length that is no number': [lines('HTTP/1.1 200 OK', 'Content-Length: two', ''), NOT_HTTP],
  'two lengths': [`${lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 3', '')}ok`, NOT_HTTP],
  'a length and chunks': [
    lines('HTTP/1.1 200 OK', 'Content-Length: 2', 'Transfer-Encoding: chunked', '', '2', 'ok', '0', ''),
    NOT_HTTP,
  ],
  'another protocol': ['SSH-2.0-OpenSSH_9.6\r\n', NOT_HTTP],
  'another version': [lines('HTTP/7.1 200 OK', 'Content-Length: 0', ''), NOT_HTTP],
  'a body in an unrequested coding': [chunked('gzip, chunked') + lines('2', 'ok', '0', ''), CODING],
  'an unrequested switch of protocols': [
    lines('HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', ''),
    NOT_HTTP,
  ],
  'a switch to nothing': [`${lines('HTTP/1.1 101 Switching Protocols', '')}${OK}ok`, NOT_HTTP],
  'the status 099': [`${lines('HTTP/1.1 099 Low', 'Content-Length: 2', '')}ok`, STATUS],
  'the status 600': [`${lines('HTTP/1.1 600 High', 'Content-Length: 2', '')}ok`, STATUS],
  'the status 999': [`${lines('HTTP/1.1 999 High', 'Content-Length: 2', '')}ok`, STATUS],
  'a status of four digits': [`${lines('HTTP/1.1 2000 OK', 'Content-Length: 2', '')}ok`, NOT_HTTP],
};

describe('A response with', () => {
  it.each(Object.entries(TAKEN))(
    'A response with %s reaches the client',
    async (_, [what, { headers = {}, absent = [], ...expected }]) => {
      sent = what;
      const before = requestCount;
      const received = await ask(what.method);
      expect(received).toMatchObject(expected);
      expect(received.headers).toMatchObject(headers);
      for (const name of absent) expect(received.headers).not.toHaveProperty([name]);
      expect(requestCount).toBe(before + 1);
    },
  );

  it.each(Object.entries(REFUSED))(
    'A response with %s leads to 502 with the reason and is requested once',
    async (_, [text, reason]) => {
      sent = { text };
      const before = requestCount;
      // As many times as would open a circuit.
      for (let n = 0; n < 6; n++) {
        const { status, body } = await ask();
        expect([status, JSON.parse(body)]).toMatchObject([
          502,
          { detail: `The response of the service "things" cannot be passed on: ${reason}.` },
        ]);
      }
      expect(requestCount).toBe(before + 6);
      expect(targets.get('things')?.snapshot()).toMatchObject({ breaker: 'closed', lastFailure: { reason } });
      sent = { text: `${OK}ok` };
      expect(await ask()).toMatchObject({ status: 200, body: 'ok' });
    },
  );
});

it('Headers with the software of a service are removed', async () => {
  sent = {
    text: `${lines('HTTP/1.1 200 OK', 'Server: a/1', 'X-Powered-By: b', 'X-A: c', 'Content-Length: 2', '')}ok`,
  };
  const { headers } = await ask();
  expect(headers).toMatchObject({ 'x-a': 'c' });
  for (const name of ['server', 'x-powered-by']) expect(headers).not.toHaveProperty(name);
});

it('The number of forwarded interim responses is limited', async () => {
  sent = { text: `${lines('HTTP/1.1 103 Early Hints', '').repeat(5000)}${OK}ok` };
  const { status, interim } = await ask();
  expect([status, interim.length]).toEqual([200, 16]);
});

it('A client of HTTP/1.0 gets no interim responses', async () => {
  sent = { text: `${lines('HTTP/1.1 103 Early Hints', '')}${OK}ok` };
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /x HTTP/1.0\r\nHost: a\r\n\r\n');
  const text = Buffer.concat(await socket.toArray()).toString();
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
});
