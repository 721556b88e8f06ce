/** `responses: enforce`: responses that break the contract lead to 502 with the faults; others are forwarded unchanged. */
import type { RequestListener } from 'node:http';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { document, startGateway } from '../../support/gateway.ts';
import { libraryDocument } from '../../support/library.ts';
import { json, sends, startShop } from '../../support/shop.ts';

const good = { id: 'a', price: 1 };
const LATIN_1 = { 'Content-Type': 'application/json; charset=ISO-8859-1', 'X-Rate': '7' };
const HEAD = { 'Content-Type': 'application/json', 'X-Rate': '7' };

describe('A response that breaks the contract', () => {
  it.each<[string, string, RequestListener, object]>([
    ['with an undeclared status', '/items/a', sends(418, {}, 'private'), { kind: 'status' }],
    [
      'with an undeclared media type',
      '/items/a',
      sends(200, { 'Content-Type': 'text/csv', 'X-Rate': '7' }, 'private'),
      { kind: 'media-type', pointer: '#/content-type' },
    ],
    ['without a media type', '/items/a', sends(200, { 'X-Rate': '7' }, 'private'), { kind: 'media-type' }],
    [
      'with an undeclared problem',
      '/items/a',
      sends(404, { 'Content-Type': 'application/problem+json' }, '{"title":"private"}'),
      { kind: 'status' },
    ],
    [
      'with a problem that is none',
      '/items',
      sends(404, { 'Content-Type': 'application/problem+json' }, '{"detail":"private"}'),
      { kind: 'body', pointer: '#/title', detail: 'is required' },
    ],
    [
      'without a required header',
      '/items/a',
      sends(200, { 'Content-Type': 'application/json' }, JSON.stringify(good)),
      { kind: 'header', pointer: '#/x-rate', detail: 'is required' },
    ],
    [
      'with a header of another type',
      '/items/a',
      json(good, { 'X-Rate': 'private' }),
      { kind: 'header', pointer: '#/x-rate' },
    ],
    [
      'that lacks a member',
      '/items',
      json({ items: [good, { id: 'private' }] }),
      { kind: 'body', pointer: '#/items/1/price', detail: 'is required' },
    ],
    [
      'with a write-only member',
      '/items/a',
      json({ ...good, secret: 'private' }),
      { kind: 'body', pointer: '#/secret' },
    ],
    [
      'with a member named by data',
      '/items/a',
      json({ ...good, counts: { 'private@example.com': 'x' } }),
      { kind: 'body', pointer: '#/counts/*' },
    ],
    ['that is broken JSON', '/items/a', sends(200, HEAD, '{"id":"private'), { kind: 'body', pointer: '#' }],
    [
      'that is not UTF-8',
      '/items/a',
      sends(200, HEAD, Buffer.from([0x22, 0xff, 0x22])),
      { kind: 'body', pointer: '#', detail: 'is not valid UTF-8' },
    ],
    [
      'that is not in the charset that it names',
      '/items/a',
      sends(200, { ...HEAD, 'Content-Type': 'application/json; charset=utf-16le' }, Buffer.of(0x22)),
      { kind: 'body', pointer: '#', detail: 'is not valid UTF-16LE' },
    ],
    [
      'in a charset that JSON is not in, with a wrong member',
      '/items/a',
      sends(200, LATIN_1, Buffer.from('{"id":"größe"}', 'latin1')),
      { kind: 'body', pointer: '#/price', detail: 'is required' },
    ],
    [
      'that is not compressed as it says',
      '/items/a',
      sends(200, { ...HEAD, 'Content-Encoding': 'gzip' }, 'private'),
      { kind: 'body', pointer: '#' },
    ],
    [
      'that is compressed',
      '/items/a',
      sends(200, { ...HEAD, 'Content-Encoding': 'br' }, brotliCompressSync('{"id":"private"}')),
      { kind: 'body', pointer: '#/price' },
    ],
  ])('A response with %s leads to 502', async (_, path, upstreamResponse, fault) => {
    const { respondWith, get, drift } = await startShop('responses: enforce');
    respondWith(upstreamResponse);
    const { body, text, headers } = await get(path).expect(502);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ type: '/problems/contract-broken', errors: [fault] });
    expect(text).not.toContain('private');
    expect((await drift()).operations).toMatchObject([{ checked: 1, drifted: 1, faults: [fault] }]);
  });

  it('The default response is enforced for unsafe methods as well', async () => {
    const { respondWith, url } = await startShop('responses: enforce');
    respondWith(json({ id: 'a' }));
    const { body } = await request(url)
      .put('/items/a')
      .send({ ...good, secret: 's' })
      .expect(502);
    expect(body.errors).toEqual([{ kind: 'body', pointer: '#/price', detail: 'is required' }]);
  });
});

describe('A response that matches the contract', () => {
  const text = JSON.stringify(good);
  it.each<[string, string, number, RequestListener, string]>([
    ['a declared one, without what is write-only', '/items/a', 200, json(good), text],
    [
      'one whose type has other parameters',
      '/items/a',
      200,
      json(good, { 'Content-Type': 'application/json; v=2' }),
      text,
    ],
    [
      'one of a range',
      '/items',
      429,
      sends(429, { 'Content-Type': 'application/problem+json' }, '{"title":"slow"}'),
      '{"title":"slow"}',
    ],
    ['one with a byte order mark', '/items/a', 200, sends(200, HEAD, `\ufeff${text}`), `\ufeff${text}`],
    [
      'one in a charset that JSON is not in',
      '/items/a',
      200,
      sends(200, LATIN_1, Buffer.from('{"id":"größe","price":1}', 'latin1')),
      Buffer.from('{"id":"größe","price":1}', 'latin1').toString(),
    ],
    ['nothing', '/items/a', 204, sends(204, {}), ''],
    ['what has not changed', '/items/a', 304, sends(304, {}), ''],
  ])('A response with %s is forwarded', async (_, path, status, upstreamResponse, expected) => {
    const { respondWith, get, drift } = await startShop('responses: enforce');
    respondWith(upstreamResponse);
    const response = await get(path).buffer(true).parse(textOf).expect(status);
    expect(response.body).toBe(expected);
    expect((await drift()).operations).toMatchObject([{ checked: 1, drifted: 0, unverified: 0 }]);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('A response compressed by %s is forwarded unchanged', async (coding, compress) => {
    const { respondWith, url, drift } = await startShop('responses: enforce');
    const bytes = compress(text);
    respondWith(sends(200, { ...HEAD, 'Content-Encoding': coding }, bytes));
    const { body, head } = await raw(url, '/items/a');
    expect([body.equals(bytes), head['content-encoding']]).toEqual([true, coding]);
    expect((await drift()).operations).toMatchObject([{ checked: 1, drifted: 0 }]);
  });

  it('A response to HEAD without a body is forwarded', async () => {
    const { respondWith, url, drift } = await startShop('responses: enforce');
    respondWith(sends(200, HEAD));
    await request(url).head('/items/a').expect(200);
    expect((await drift()).operations).toMatchObject([{ operationId: 'getItem', checked: 1, drifted: 0 }]);
  });

  it.each([
    ['chunked', {}],
    ['of the length 0', { 'Content-Length': '0' }],
  ])('An empty response, %s, does not need a media type', async (_, framing) => {
    const { respondWith, get, drift } = await startShop('responses: enforce');
    respondWith((_req, res) => {
      res.writeHead(200, { 'X-Rate': '7', ...framing }).flushHeaders();
      res.end();
    });
    await get('/items/a').expect(200, '');
    expect((await drift()).operations).toMatchObject([{ checked: 1, drifted: 0, unverified: 0 }]);
  });

  it('A response without a media type is rejected at its first byte', async () => {
    const { respondWith, get } = await startShop('responses: enforce');
    // The response never ends by itself.
    respondWith((_req, res) => res.writeHead(200, { 'X-Rate': '7' }).write('{'));
    const { body } = await get('/items/a').expect(502);
    expect(body.errors).toMatchObject([{ kind: 'media-type', pointer: '#/content-type' }]);
  });

  it('A response that is not JSON is streamed', async () => {
    const { respondWith, url } = await startShop('responses: enforce');
    // The response never ends by itself: waiting for its end would block forever.
    respondWith((_req, res) =>
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n'),
    );
    const gone = new AbortController();
    const response = await fetch(`${url}/items`, { signal: gone.signal });
    const { value } = (await response.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toBe('data: 1\n\n');
    gone.abort();
  });

  it('Any response is forwarded if the document declares no responses', async () => {
    const { respondWith, url } = await startShop('responses: enforce');
    respondWith(sends(418, {}, 'x'));
    await request(url).delete('/items/a').expect(418);
    const gateway = await startGateway(
      { a: document({ '/x': { get: {} } }) },
      { service: 'responses: enforce' },
    );
    await request(gateway.url).get('/x').expect(200, 'ok');
  });
});

describe('A response that cannot be checked', () => {
  const deep = `${'{"children":['.repeat(20_000)}${']}'.repeat(20_000)}`;
  it.each<[string, string, RequestListener]>([
    ['too large', '/items/a', json({ id: 'x'.repeat(2_000_000) })],
    [
      'too large when it is unpacked',
      '/items/a',
      sends(200, { ...HEAD, 'Content-Encoding': 'gzip' }, gzipSync('x'.repeat(2_000_000))),
    ],
    [
      'encoded in a way that is not known',
      '/items/a',
      sends(200, { ...HEAD, 'Content-Encoding': 'x-own' }, 'x'),
    ],
    ['nested too deeply', '/tree', sends(200, HEAD, deep)],
    ['cut by fields', '/items?fields=items.id', json({ items: [{ id: 'a' }] })],
    ['a part', '/items/a', sends(206, { ...HEAD, 'Content-Range': 'bytes 0-1/9' }, '{"')],
  ])('A response that is %s is forwarded and counted as unverified', async (_, path, upstreamResponse) => {
    const { respondWith, get, drift } = await startShop('responses: enforce');
    respondWith(upstreamResponse);
    const { status } = await get(path).buffer(true).parse(textOf);
    expect([200, 206]).toContain(status);
    const [operation] = (await drift()).operations;
    expect((operation?.checked ?? 0) + (operation?.unverified ?? 0)).toBe(1);
    expect(operation?.drifted).toBe(0);
    if (status === 200) expect(operation?.unverified).toBe(1);
  });

  it('A response whose schema has too many alternatives is forwarded', async () => {
    const ref = (index: number) => ({ $ref: `#/components/schemas/D${index}` });
    const schemas = Object.fromEntries(
      Array.from({ length: 41 }, (_, index) => [
        `D${index}`,
        index === 40 ? { type: 'integer' } : { allOf: [ref(index + 1), { allOf: [ref(index + 1)] }] },
      ]),
    );
    const content = { 'application/json': { schema: ref(0) } };
    const paths = { '/x': { get: { responses: { 200: { description: '', content } } } } };
    const { url, services } = await startGateway(
      { a: document(paths, { schemas }) },
      { service: 'responses: enforce' },
    );
    if (services.a) services.a.respond = sends(200, { 'Content-Type': 'application/json' }, '1');
    await request(url).get('/x').expect(200, '1');
  });

  it('A response with an unknown charset is forwarded', async () => {
    const { respondWith, get, drift } = await startShop('responses: enforce');
    respondWith(sends(200, { ...HEAD, 'Content-Type': 'application/json; charset=x-own' }, 'x'));
    await get('/items/a').buffer(true).parse(textOf).expect(200);
    expect((await drift()).operations).toMatchObject([{ drifted: 0, unverified: 1 }]);
  });

  it('A response with an invalid schema is forwarded, and the fault is reported', async () => {
    const { respondWith, get, faults } = await startShop('responses: enforce');
    respondWith(json(good));
    await get('/odd').expect(200, good);
    expect(faults).toEqual([expect.stringContaining('/paths/~1odd/get/responses/200/content')]);
  });
});

it('An incomplete response to check leads to 502', async () => {
  const { respondWith, get } = await startShop('responses: enforce');
  respondWith((_req, res) => {
    res.writeHead(200, { ...HEAD, 'Content-Length': '100' }).write('{');
    setImmediate(() => res.destroy());
  });
  expect((await get('/items/a').expect(502)).body.type).toBe('/problems/bad-gateway');
});

it('Responses of the gateway itself are not checked', async () => {
  const { url, respondWith } = await startShop('responses: enforce', 'policy: { retry: { attempts: 0 } }');
  respondWith((req) => req.socket.destroy());
  expect((await request(url).get('/items/a')).body.type).not.toBe('/problems/contract-broken');
});

describe('A composed response', () => {
  const strict = () => {
    const library = libraryDocument() as unknown as {
      components: { schemas: Record<string, { required?: string[] }> };
    };
    for (const schema of Object.values(library.components.schemas)) schema.required = ['id'];
    return library as never;
  };
  const respondingWith = async (books: unknown, author: unknown) => {
    const { url, services } = await startGateway({ library: strict() }, { service: 'responses: enforce' });
    if (!services.library) throw new Error('no library');
    services.library.respond = (req, res) =>
      void res
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify(req.url?.startsWith('/authors') ? author : books));
    return (path: string) => request(url).get(path);
  };
  const book = { id: '1', title: 't', author: { id: 'ann' } };

  it('A response is checked before links are added', async () => {
    const get = await respondingWith(book, { id: 'ann' });
    expect((await get('/books/1').expect(200)).body._links.self.href).toBe('/books/1');
    const broken = await respondingWith({ title: 'no id' }, {});
    expect((await broken('/books/1').expect(502)).body.type).toBe('/problems/contract-broken');
  });

  it('Each embedded resource is checked', async () => {
    const get = await respondingWith(book, { name: 'no id' });
    const { body } = await get('/books/1?expand=author').expect(200);
    expect(body._embedded?.author).toBeUndefined();
    expect(body._expandErrors).toMatchObject([
      { path: 'author', problem: { type: '/problems/contract-broken' } },
    ]);
  });
});

function textOf(res: NodeJS.EventEmitter, done: (error: Error | null, body: string) => void): void {
  let text = '';
  res.on('data', (chunk) => {
    text += chunk;
  });
  res.on('end', () => done(null, text));
}

/** The raw bytes on the connection. */
async function raw(url: string, path: string) {
  const { request: call } = await import('undici');
  const { body, headers } = await call(url + path);
  return { body: Buffer.from(await body.arrayBuffer()), head: headers };
}

it('A cached response that breaks the contract is removed from the cache', async () => {
  const { respondWith, get } = await startShop('responses: enforce, cache: on');
  const forAMinute = { 'X-Rate': '7', 'Cache-Control': 'max-age=60' };
  respondWith(json({ id: 'a' }, forAMinute));
  await get('/items/a').expect(502);
  respondWith(json(good, forAMinute));
  await get('/items/a').expect(200);
  respondWith(json({ id: 'a' }, forAMinute));
  await get('/items/a').expect(200);
});
