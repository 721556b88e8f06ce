/** The limits of small documents that are fetched from identity providers. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fetchJson } from '../../src/outbound/fetch-json.ts';
import { atOnce, fakeTimeInEachTest, pass, until } from '../support/fake-time.ts';
import { startUpstream, type TestUpstream } from '../support/upstream.ts';

fakeTimeInEachTest();

let upstream: TestUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_req, res) => res.end('{"a":[1]}'));
});
afterEach(() => upstream.stop());

const get = (options?: object) => fetchJson(`${upstream.url}/x`, options);

it('A document is fetched with the media types that are asked for', async () => {
  expect(await get()).toEqual({ a: [1] });
  await get({ accept: 'application/jwk-set+json' });
  expect(upstream.requests.map(({ headers }) => headers.accept)).toEqual([
    'application/json',
    'application/jwk-set+json',
  ]);
});

it('A redirect on the same server is followed', async () => {
  upstream.respond = (req, res) =>
    req.url === '/y' ? res.end('{"b":2}') : res.writeHead(302, { Location: '/y' }).end();
  expect(await get()).toEqual({ b: 2 });
});

it.each([
  ['that is a page', '<html>', /not well-formed JSON/],
  ['that is empty', '', /not well-formed JSON/],
  ['with a duplicate member', '{"keys":[],"keys":[1]}', /twice/],
  ['that is nested too deeply', '['.repeat(200), /more than 100 levels/],
  ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /./],
])('A document %s is refused', async (_, body, reason) => {
  upstream.respond = (_req, res) => res.end(body);
  await expect(get()).rejects.toThrow(reason);
});

it.each([201, 204, 304, 400, 401, 404, 500, 503])(
  'A response with the status %d is refused',
  async (status) => {
    upstream.respond = (_req, res) => res.writeHead(status).end(status === 204 || status === 304 ? '' : '{}');
    await expect(get()).rejects.toThrow(`status ${status}`);
  },
);

it('The size limit is that of the decompressed document', async () => {
  const large = JSON.stringify('x'.repeat(1024 ** 2));
  upstream.respond = (_req, res) => res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(large));
  await expect(get()).rejects.toThrow(/larger than 1048576 bytes/);
  expect(await get({ maxBytes: 2 * 1024 ** 2 })).toHaveLength(1024 ** 2);
});

it('The time limit covers the response to its end', async () => {
  upstream.respond = (_req, res) => void res.write('{"a":');
  const document = fetchJson(`${upstream.url}/x`, { timeout: 700 });
  await until(() => upstream.requests.length === 1);
  pass(700);
  await expect(atOnce(document)).rejects.toThrow(/did not respond within 700 ms/);
});

it('The signal ends a request', async () => {
  upstream.respond = () => {};
  const closing = new AbortController();
  const document = fetchJson(`${upstream.url}/x`, { signal: closing.signal });
  await until(() => upstream.requests.length === 1);
  closing.abort();
  await expect(atOnce(document)).rejects.toThrow(/abort/);
});

it('The reason of a server that is away has its code, and nothing of the address', async () => {
  await upstream.stop();
  const reason = await get().catch((error: Error) => error.message);
  expect(reason).toMatch(/ECONNREFUSED|UND_ERR_SOCKET/);
  expect(reason).not.toContain('127.0.0.1');
  await upstream.start();
});
