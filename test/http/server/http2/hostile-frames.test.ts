import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { limitsSchema } from '../../../../src/config/limits.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  type FrameClient,
  fields,
  frame,
  frameClient,
  http2Client,
  requestFields,
  uint32,
} from '../../../support/http2-client.ts';
import { secureSetup } from '../../../support/secure-listener.ts';

const setup = secureSetup();

const get = (stream: number, path = '/wait', more: readonly (readonly [string, string])[] = []) =>
  frame(FRAME.HEADERS, END_HEADERS | END_STREAM, stream, fields(...requestFields(path), ...more));
const post = (stream: number, more: readonly (readonly [string, string])[] = []) =>
  frame(FRAME.HEADERS, END_HEADERS, stream, fields(...requestFields('/wait'), ...more));
const reset = (stream: number) => frame(FRAME.RST_STREAM, 0, stream, uint32(8));
const odd = (index: number) => 2 * index + 1;

interface Load {
  requests: number;
  running: number;
  most: number;
  headers: string[][];
}

/** A server whose requests to `/wait` never end by themselves. */
async function serve(changes: object = {}) {
  const load: Load = { requests: 0, running: 0, most: 0, headers: [] };
  const app: RequestListener = (req, res) => {
    load.requests += 1;
    load.running += 1;
    load.most = Math.max(load.most, load.running);
    load.headers.push(req.rawHeaders);
    res.on('close', () => {
      load.running -= 1;
    });
    if (req.url === '/') res.end('hello');
    else req.resume();
  };
  const server = await setup.start(app, {}, { limits: () => limitsSchema.parse(changes) });
  const other = http2Client(server.url, { ca: setup.authority.cert });
  const client = await frameClient(server.url, { ca: setup.authority.cert });
  return { server, load, other, client };
}

/** Checks that other connections are served, and that nothing of the hostile one stays. */
async function expectAlive({ load, other, client }: Awaited<ReturnType<typeof serve>>): Promise<void> {
  expect((await other.request('/')).body).toBe('hello');
  client.socket.destroy();
  await eventually('nothing of it runs', () => load.running === 0);
  other.close();
}

const codeOf = (client: FrameClient): number | undefined =>
  client.received.find(({ type }) => type === FRAME.GOAWAY)?.payload.readUInt32BE(4);

describe('A client that resets 10,000 streams at once', () => {
  it('Loses its connection, and runs few requests, one after the other', async () => {
    const all = await serve();
    const { load, client } = all;
    for (let i = 0; i < 10_000; i++) client.send(get(odd(i)), reset(odd(i)));
    await client.until((frames) => frames.some(({ type }) => type === FRAME.GOAWAY));
    await eventually('the connection has ended', () => client.isClosed());
    expect(load.requests).toBeLessThan(2_000);
    expect(load.most).toBeLessThanOrEqual(100);
    await expectAlive(all);
  });

  it('Gains nothing where it lets the server reset them', async () => {
    const all = await serve();
    // A window update of 0 is a fault of its stream (RFC 9113 §6.9).
    for (let i = 0; i < 10_000; i++)
      all.client.send(post(odd(i)), frame(FRAME.WINDOW_UPDATE, 0, odd(i), uint32(0)));
    await eventually('the connection has ended', () => all.client.isClosed());
    expect(all.load.most).toBeLessThanOrEqual(100);
    await expectAlive(all);
  });
});

describe('A client that opens more streams than it may', () => {
  it('Runs as many requests as it may, and loses the others', async () => {
    const all = await serve({ streams: 10 });
    const { client, load } = all;
    // The limit applies from the time when the client has confirmed it.
    await client.until((frames) => frames.some(({ type, flags }) => type === FRAME.SETTINGS && flags === 0));
    client.send(frame(FRAME.SETTINGS, 1, 0));
    for (let i = 0; i < 50; i++) client.send(get(odd(i)));
    await client.until((frames) => frames.filter(({ type }) => type === FRAME.RST_STREAM).length >= 40);
    expect(load.most).toBeLessThanOrEqual(10);
    await expectAlive(all);
  });
});

describe('A flood of frames', () => {
  const PING = frame(FRAME.PING, 0, 0, Buffer.alloc(8));
  const SETTINGS = frame(FRAME.SETTINGS, 0, 0);
  it.each<[string, readonly Buffer[], Buffer]>([
    [
      'CONTINUATION',
      [frame(FRAME.HEADERS, END_STREAM, 1, fields(...requestFields()))],
      frame(FRAME.CONTINUATION, 0, 1, fields(['x-a', 'b'.repeat(100)])),
    ],
    ['PRIORITY', [], frame(FRAME.PRIORITY, 0, 1, Buffer.from([0, 0, 0, 3, 1]))],
    ['empty DATA', [post(1)], frame(FRAME.DATA, 0, 1)],
  ])('Of %s ends the connection', async (_, first, repeated) => {
    const all = await serve();
    all.client.send(...first);
    for (let i = 0; i < 20_000; i++) all.client.send(repeated);
    await eventually('the connection has ended', () => all.client.isClosed());
    await expectAlive(all);
  });

  it.each([
    ['PING', PING],
    ['SETTINGS', SETTINGS],
  ])('Of %s whose replies are not read ends the connection', async (_, repeated) => {
    const all = await serve();
    all.client.socket.pause();
    const block = Buffer.concat(Array.from({ length: 1_000 }, () => repeated));
    for (let i = 0; i < 500; i++) all.client.send(block);
    all.client.socket.resume();
    await eventually('the connection has ended', () => all.client.isClosed());
    await expectAlive(all);
  });
});

describe('A malformed request', () => {
  it.each<[string, Buffer]>([
    ['Transfer-Encoding', get(1, '/', [['transfer-encoding', 'chunked']])],
    ['Connection', get(1, '/', [['connection', 'close']])],
    ['Keep-Alive', get(1, '/', [['keep-alive', 'timeout=5']])],
    ['Upgrade', get(1, '/', [['upgrade', 'h2c']])],
    ['Proxy-Connection', get(1, '/', [['proxy-connection', 'close']])],
    ['TE with another value than trailers', get(1, '/', [['te', 'gzip']])],
    ['a name in upper case', get(1, '/', [['X-A', 'b']])],
    ['a second path', get(1, '/', [[':path', '/b']])],
    ['an unknown pseudo-header field', get(1, '/', [[':x', 'b']])],
    ['a path that is no path', get(1, '/a HTTP/1.1')],
    ['a relative path', get(1, 'a')],
    [
      'two lengths',
      get(1, '/', [
        ['content-length', '1'],
        ['content-length', '2'],
      ]),
    ],
    ['a length and no body', get(1, '/', [['content-length', '1']])],
    ['no method', frame(FRAME.HEADERS, END_HEADERS | END_STREAM, 1, fields(...requestFields('/').slice(1)))],
  ])('With %s never becomes a request', async (_, head) => {
    const all = await serve();
    const { client, load } = all;
    client.send(head);
    const isReset = () =>
      client.received.some(({ type, stream }) => type === FRAME.RST_STREAM && stream === 1);
    await client.until(isReset);
    expect([isReset(), load.requests]).toEqual([true, 0]);
    await expectAlive(all);
  });

  it.each(['a\r\nX-Evil: b', 'a\nX-Evil: b', 'a\0b'])(
    'A value with control characters is not passed on: %j',
    async (value) => {
      const all = await serve();
      const { client, load } = all;
      client.send(get(1, '/', [['x-a', value]]));
      await client.until((frames) => frames.some(({ stream }) => stream === 1));
      expect(JSON.stringify(load.headers)).not.toMatch(/[Ee]vil|x-a/);
      await expectAlive(all);
    },
  );

  it('A body that is shorter than its length never looks complete', async () => {
    const all = await serve();
    const { client } = all;
    client.send(post(1, [['content-length', '5']]), frame(FRAME.DATA, END_STREAM, 1, Buffer.from('abc')));
    await client.until((frames) => frames.some(({ type }) => type === FRAME.RST_STREAM));
    await expectAlive(all);
  });

  it.each<[string, readonly Buffer[]]>([
    ['an even stream', [get(2)]],
    ['a push promise', [frame(FRAME.PUSH_PROMISE, END_HEADERS, 1, uint32(2))]],
    ['a frame that is too large', [post(1), frame(FRAME.DATA, 0, 1, Buffer.alloc(20_000))]],
    ['broken HPACK', [frame(FRAME.HEADERS, END_HEADERS | END_STREAM, 1, Buffer.from([0xff, 0xff, 0xff]))]],
    ['a text of HTTP/1.1', [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]],
  ])('%s ends the connection', async (_, frames) => {
    const all = await serve();
    all.client.send(...frames);
    await eventually('the connection has ended', () => all.client.isClosed());
    expect(codeOf(all.client)).not.toBe(0);
    await expectAlive(all);
  });
});
