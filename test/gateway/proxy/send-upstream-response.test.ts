/** Responses of services that the gateway compresses or does not compress. */
import { once } from 'node:events';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { brotliDecompressSync, createGunzip, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { document, startGateway } from '../../support/gateway.ts';

const everything = { get: {}, put: {}, head: {} };
const start = async (service = 'compression: on', config = '') => {
  const gateway = await startGateway({ things: document({ '/x': everything }) }, { service, config });
  const { things } = gateway.services;
  if (things === undefined) throw new Error('no upstream');
  const ask = async (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'PUT' = 'GET') => {
    const response = await request(`${gateway.url}/x`, { method, headers });
    return {
      status: response.statusCode,
      headers: response.headers,
      bytes: Buffer.from(await response.body.arrayBuffer()),
    };
  };
  return { ...gateway, things, ask };
};

const TEXT = JSON.stringify({ items: Array.from({ length: 200 }, (_, id) => ({ id, name: 'a thing' })) });
const LARGE = TEXT.repeat(40);
const gzip = { 'accept-encoding': 'gzip' };

const sending =
  (headers: Record<string, string>, body = TEXT) =>
  (_req: IncomingMessage, res: ServerResponse) =>
    void res.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(body);

describe('A service with compression: on', () => {
  it.each([
    ['gzip', gunzipSync, 'gzip'],
    ['br', brotliDecompressSync, 'gzip, br'],
    ['zstd', zstdDecompressSync, 'zstd'],
  ])('Responses are compressed with %s', async (coding, decode, accept) => {
    const { things, ask } = await start('compression: on', 'compression: { encodings: [br, gzip, zstd] }');
    for (const [body, length] of [
      [TEXT, true],
      [LARGE, true],
      [LARGE, false],
    ] as const) {
      things.respond = sending(
        { ETag: '"x"', ...(length && { 'Content-Length': String(body.length) }) },
        body,
      );
      const { status, headers, bytes } = await ask({ 'accept-encoding': accept });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-encoding': coding,
        vary: 'Accept-Encoding',
        etag: `"x--${coding}"`,
      });
      expect(bytes.length).toBeLessThan(body.length / 2);
      expect(decode(bytes).toString()).toBe(body);
    }
  });

  it('HEAD has the same headers as GET', async () => {
    const { things, ask } = await start();
    things.respond = sending({ ETag: '"x"', 'Content-Length': String(TEXT.length) });
    const { headers, bytes } = await ask(gzip, 'HEAD');
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: '"x--gzip"' });
    expect(headers).not.toHaveProperty('content-length');
    expect(bytes).toHaveLength(0);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['no client that takes it', {}, {}],
    ['no-transform', { 'Cache-Control': 'max-age=1, no-transform' }, gzip],
    ['no-transform of the client', {}, { ...gzip, 'cache-control': 'no-transform' }],
    ['a coding of its own', { 'Content-Encoding': 'br' }, gzip],
    ['events', { 'Content-Type': 'text/event-stream' }, gzip],
    ['an image', { 'Content-Type': 'image/png' }, gzip],
    ['a session of another site', {}, { ...gzip, cookie: 'session=1' }],
  ])('A response with %s is not compressed', async (_what, headers, requestHeaders) => {
    const { things, ask } = await start();
    things.respond = sending({ ETag: '"x"', ...headers });
    const response = await ask(requestHeaders);
    expect(response.bytes.toString()).toBe(TEXT);
    expect(response.headers.etag).toBe('"x"');
    expect(response.headers['content-encoding']).toBe(headers['Content-Encoding']);
  });

  it('Partial and small responses are not compressed', async () => {
    const { things, ask } = await start();
    things.respond = (_req, res) =>
      void res
        .writeHead(206, { 'Content-Type': 'text/plain', 'Content-Range': 'bytes 0-1999/9999' })
        .end('x'.repeat(2000));
    expect((await ask({ ...gzip, range: 'bytes=0-1999' })).bytes.toString()).toBe('x'.repeat(2000));
    things.respond = sending({ 'Content-Length': '2' }, '{}');
    const { headers, bytes } = await ask(gzip);
    expect(bytes.toString()).toBe('{}');
    expect(headers).not.toHaveProperty('vary');
  });

  it('Conditions with tags of compressed responses reach the service with its own tags', async () => {
    const { things, ask } = await start();
    things.respond = (req, res) => {
      const is = String(req.headers['if-none-match'] ?? req.headers['if-match']).split(/ *, */);
      const status = req.method === 'PUT' ? (is.includes('"x"') ? 204 : 412) : is.includes('"x"') ? 304 : 200;
      res
        .writeHead(status, { 'Content-Type': 'application/json', ETag: '"x"' })
        .end(status === 200 ? TEXT : undefined);
    };
    const confirmed = await ask({ ...gzip, 'if-none-match': '"x--gzip"' });
    expect(confirmed.status).toBe(304);
    expect(confirmed.headers).toMatchObject({ etag: '"x--gzip"', vary: 'Accept-Encoding' });
    // The client has a different representation than the one that it requests now.
    expect((await ask({ 'if-none-match': '"x--gzip"' })).status).toBe(200);
    expect((await ask({ ...gzip, 'if-none-match': '"x--br"' })).status).toBe(200);
    expect((await ask({ 'if-match': '"x--gzip"' }, 'PUT')).status).toBe(204);
    expect((await ask({ 'if-match': '"y--gzip"' }, 'PUT')).status).toBe(412);
  });

  it('A compressed response is streamed', async () => {
    const { things, url } = await start();
    let more: () => void = () => {};
    things.respond = (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain' }).write('one');
      more = () => res.end('two');
    };
    const [response] = (await once(get(`${url}/x`, { headers: gzip }), 'response')) as [IncomingMessage];
    expect(response.headers['content-encoding']).toBe('gzip');
    const text = response.pipe(createGunzip()).setEncoding('utf8');
    expect(await once(text, 'data')).toEqual(['one']);
    more();
    expect(await once(text, 'data')).toEqual(['two']);
    await once(text, 'end');
  });

  it('An incomplete response closes the connection to the client', async () => {
    const { things, url } = await start('compression: on, policy: { retry: off }');
    things.respond = (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/plain' }).write('one');
      setImmediate(() => res.destroy());
    };
    const response = await request(`${url}/x`, { headers: gzip });
    await expect(response.body.arrayBuffer()).rejects.toThrow();
  });

  it('The call is aborted when the client disconnects', async () => {
    const { things, url } = await start();
    const closed = new Promise((resolve) => {
      things.respond = (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/plain' }).write('one');
        res.on('close', resolve);
      };
    });
    const clientRequest = get(`${url}/x`, { headers: gzip });
    await once(clientRequest, 'response');
    clientRequest.destroy();
    await closed;
  });
});

describe('A service without compression', () => {
  it('Responses of a service without compression are forwarded unchanged', async () => {
    const { things, ask } = await start('unknownQuery: pass');
    things.respond = sending({ ETag: '"x"', Vary: 'Accept' });
    const { headers, bytes } = await ask(gzip);
    expect(bytes.toString()).toBe(TEXT);
    expect(headers).toMatchObject({ etag: '"x"', vary: 'Accept' });
  });
});

describe('Tags in conditions', () => {
  const conditions = async (coded: string, sent: Record<string, string>, service = 'compression: on') => {
    const { things, ask } = await start(service);
    let seen: object = {};
    things.respond = (req, res) => {
      const { 'if-match': match, 'if-none-match': noneMatch, 'if-range': range } = req.headers;
      seen = { match, noneMatch, range };
      res.end();
    };
    await ask({ 'accept-encoding': coded, ...sent });
    return seen;
  };
  const gzipped = '"x--gzip"';

  // A service may use such a tag itself, so both are sent.
  const both = `${gzipped}, "x"`;
  it.each<[string, Record<string, string>, object]>([
    ['gzip', { 'If-Match': gzipped }, { match: both }],
    ['gzip', { 'IF-MATCH': `"y", ${gzipped}` }, { match: `"y", ${both}` }],
    ['gzip', { 'If-None-Match': gzipped }, { noneMatch: both }],
    ['gzip', { 'IF-NONE-MATCH': `${gzipped}, "z--br"` }, { noneMatch: `${both}, "z--br"` }],
    ['', { 'If-None-Match': gzipped }, { noneMatch: gzipped }],
    ['', { 'If-Match': gzipped }, { match: both }],
    ['gzip', { 'If-Match': '"x"', 'If-None-Match': '"y"' }, { match: '"x"', noneMatch: '"y"' }],
  ])('With Accept-Encoding %j, the condition %j reaches the service as %j', async (coded, sent, expected) => {
    expect(await conditions(coded, sent)).toEqual({
      match: undefined,
      noneMatch: undefined,
      range: undefined,
      ...expected,
    });
  });

  it('Conditions reach a service without compression unchanged', async () => {
    const sent = { 'If-Match': gzipped, 'If-None-Match': gzipped };
    expect(await conditions('gzip', sent, 'unknownQuery: pass')).toMatchObject({
      match: gzipped,
      noneMatch: gzipped,
    });
  });
});

it.each<[string, Record<string, string>, Record<string, string>, string, boolean]>([
  ['that the client has compressed', {}, { 'if-none-match': '"x--gzip"' }, '"x--gzip"', true],
  ['that it has compressed, among others', {}, { 'if-none-match': '"y", W/"x--gzip"' }, '"x--gzip"', true],
  ['that it has as it is', {}, { 'if-none-match': '"x"' }, '"x"', false],
  ['with a weak tag', { ETag: 'W/"x"' }, { 'if-none-match': '"x--gzip"' }, 'W/"x--gzip"', true],
  ['that it asks for without a tag', {}, {}, '"x"', false],
])(
  'A 304 of a response %s has the tag that the client knows',
  async (_, own, requestHeaders, etag, varies) => {
    const { things, ask } = await start();
    things.respond = (_req, res) => void res.writeHead(304, { ETag: '"x"', ...own }).end();
    const { status, headers } = await ask({ ...gzip, ...requestHeaders });
    expect([status, headers.etag, headers.vary]).toEqual([304, etag, varies ? 'Accept-Encoding' : undefined]);
  },
);

describe('A response that is read for its URLs and does not change', () => {
  const read = 'compression: on, ownUrls: [https://shop.internal]';

  it('A response that was read is compressed with its own tag', async () => {
    const { things, ask } = await start(read);
    for (const body of [TEXT, `${JSON.stringify(LARGE)}`]) {
      things.respond = sending({ ETag: '"x"' }, body);
      const { status, headers, bytes } = await ask(gzip);
      expect([status, headers['content-encoding'], headers.etag]).toEqual([200, 'gzip', '"x--gzip"']);
      expect(headers.vary).toBe('Accept-Encoding');
      expect(gunzipSync(bytes).toString()).toBe(body);
    }
  });

  it.each([
    ['"x--gzip"', gzip, '"x--gzip"'],
    ['"y", "x"', gzip, '"x"'],
    ['"x"', {}, '"x"'],
  ])('A response that was read is confirmed to a client with %s', async (tag, accept, etag) => {
    const { things, ask } = await start(read);
    things.respond = sending({ ETag: '"x"' });
    const { status, headers, bytes } = await ask({ ...accept, 'if-none-match': tag });
    expect([status, headers.etag, bytes.length]).toEqual([304, etag, 0]);
  });

  it('Without compression, a tag of a compressed response is not confirmed', async () => {
    const { things, ask } = await start('ownUrls: [https://shop.internal]');
    things.respond = sending({ ETag: '"x"' });
    const { status, headers } = await ask({ ...gzip, 'if-none-match': '"x--gzip"' });
    expect([status, headers.etag, headers['content-encoding']]).toEqual([200, '"x"', undefined]);
  });
});
