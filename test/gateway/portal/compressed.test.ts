/** Compression of pages, page files and documents. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { request } from 'undici';
import { defaultCompression } from '../../../src/config/compression.ts';
import { Compression } from '../../../src/http/body/compression.ts';
import { identify } from '../../../src/http/identify.ts';
import { siteFilePath } from '../../../src/http/page/site-files.ts';
import { type Listening, listen } from '../../../src/http/server/listen.ts';
import { pagesApp } from '../../support/pages-app.ts';

const open: Listening[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close(0)));
});

const start = async (compression?: Compression): Promise<string> => {
  const app = express()
    .use(identify(compression && { compression }))
    .use(pagesApp());
  const listening = await listen(app, { port: 0, host: '127.0.0.1' });
  open.push(listening);
  return listening.url;
};

const PATHS = [
  '/',
  '/docs',
  siteFilePath('linkway.css'),
  '/docs/swagger-ui-bundle.js',
  '/docs/swagger-ui.css',
  '/explorer',
  '/openapi.json',
  '/openapi.yaml',
  '/openapi/orders.json',
  '/problems',
  '/status',
];

const ask = async (url: string, encoding: string, method: 'GET' | 'HEAD' = 'GET', more = {}) => {
  const headers = { accept: 'text/html, */*', 'accept-encoding': encoding, ...more };
  const response = await request(url, { method, headers });
  return {
    status: response.statusCode,
    headers: response.headers,
    bytes: Buffer.from(await response.body.arrayBuffer()),
  };
};

describe.each(PATHS)('%s', (path) => {
  it.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
  ])('The page is compressed with %s and has a different ETag', async (coding, decode) => {
    const url = (await start(new Compression(defaultCompression))) + path;
    const plain = await ask(url, 'identity');
    const coded = await ask(url, coding);
    expect(plain.headers.vary).toMatch(/\bAccept-Encoding\b/);
    expect(coded.headers).toMatchObject({ 'content-encoding': coding, vary: plain.headers.vary });
    expect(coded.headers['content-length']).toBe(String(coded.bytes.length));
    expect(coded.bytes.length).toBeLessThan(plain.bytes.length);
    if (path !== '/status') expect(decode(coded.bytes).equals(plain.bytes)).toBe(true);
    expect(coded.headers.etag).toMatch(new RegExp(`--${coding}"$`));

    const head = await ask(url, coding, 'HEAD');
    expect(head.headers['content-encoding']).toBe(coding);
    const etag = String(coded.headers.etag);
    if (plain.headers['cache-control'] === 'no-store') return;
    const again = await ask(url, coding, 'GET', { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, headers: { etag, vary: plain.headers.vary } });
    expect(again.headers).not.toHaveProperty('content-encoding');
    expect((await ask(url, 'identity', 'GET', { 'if-none-match': etag })).status).toBe(200);
  });
});

it.each(['/health/live', '/docs/favicon-32x32.png'])(
  '%s is not compressed, because it is small or already compressed',
  async (path) => {
    const { headers } = await ask((await start(new Compression(defaultCompression))) + path, 'gzip, br');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers.vary ?? '').not.toContain('Accept-Encoding');
  },
);

it('Nothing is compressed where that is switched off', async () => {
  for (const url of [await start(), await start(new Compression({ ...defaultCompression, encodings: [] }))]) {
    const { headers } = await ask(`${url}/openapi.json`, 'gzip, br');
    expect(headers).not.toHaveProperty('content-encoding');
    expect(headers).not.toHaveProperty('vary');
  }
});
