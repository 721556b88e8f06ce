import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Listening, listen } from '../../src/http/listen.ts';

describe('a request that cannot be read', () => {
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
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: x/y\r\n\r\n', 400, 'bad-request'],
    ['a host with a name of a user', 'GET / HTTP/1.1\r\nHost: me@x\r\n\r\n', 400, 'bad-request'],
  ])('%s: a problem, and the connection ends', async (_name, bytes, status, code) => {
    const { head, problem } = await send(bytes);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/Content-Type: application\/problem\+json/);
    expect(problem).toMatchObject({ type: `/problems/${code}`, status });
  });

  it.each(['x', 'api.example:8080', '[::1]:8080', '127.0.0.1', 'a_b-c.example:', ''])(
    'Host: %s can be',
    async (host) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  it('HTTP/1.0 needs no Host', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /);
  });
});
