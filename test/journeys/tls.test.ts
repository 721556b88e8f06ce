/** The whole system over HTTPS: with HTTP/2, with HTTP/1.1 and, where it is there, with curl. */
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { constants } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type StartedSystem, start } from '../../src/main.ts';
import {
  type CertificateFolder,
  createAuthority,
  createCertificateFolder,
  type TestAuthority,
} from '../support/authority.ts';
import { type Http2Client, http2Client } from '../support/http2-client.ts';
import { itWithCurl, outputOf } from '../support/programs.ts';
import { describeSamples } from '../support/samples.ts';
import { type TestStorage, testStorage } from '../support/storage.ts';

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Ask = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Got>;

/** Parsed JSON of any shape. */
type Json = ReturnType<typeof JSON.parse>;

describeSamples('The system over HTTPS', () => {
  let storage: TestStorage;
  let folder: CertificateFolder;
  let authority: TestAuthority;
  let system: StartedSystem;
  let session: Http2Client;

  beforeAll(async () => {
    storage = await testStorage();
    folder = await createCertificateFolder();
    authority = await createAuthority();
    const files = await folder.writePair('gateway', await authority.issue());
    const config: { services: Record<string, { document: string }> } = parse(
      await readFile('gateway.yaml', 'utf8'),
    );
    for (const service of Object.values(config.services)) service.document = resolve(service.document);
    const more = { tls: files, hsts: { maxAge: 60 }, reload: { files: 0, urls: 0 } };
    const file = await folder.write('gateway.yaml', stringify({ ...config, ...more }));
    system = await start({ ...storage.env, PORT: '0', LOG_LEVEL: 'silent', GATEWAY_CONFIG: file });
    session = http2Client(system.url, { ca: authority.cert });
  }, 60_000);
  afterAll(async () => {
    session?.close();
    await system?.close();
    await folder?.remove();
    await storage?.remove();
  });

  const overHttp2: Ask = async (method, path, body, headers = {}) => {
    const json = body && JSON.stringify(body);
    return session.request(
      {
        ':method': method,
        ':path': path,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      json,
    );
  };

  const overHttp1: Ask = (method, path, body, headers = {}) =>
    new Promise((done, reject) => {
      const json = body && JSON.stringify(body);
      const sent = httpsRequest(
        new URL(path, system.url),
        {
          method,
          ca: authority.cert,
          agent: false,
          headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
        },
        (res) => {
          let text = '';
          res.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          res.on('end', () => done({ status: res.statusCode ?? 0, headers: res.headers, body: text }));
          res.on('error', reject);
        },
      );
      sent.on('error', reject).end(json);
    });

  const clients: [string, Ask][] = [
    ['HTTP/2', overHttp2],
    ['HTTP/1.1', overHttp1],
  ];

  it('Says https in its URL', () => {
    expect([system.url, system.statusUrl].map((url) => URL.parse(url)?.protocol)).toEqual([
      'https:',
      'https:',
    ]);
  });

  it.each(clients)('A client gets, expands and places an order over %s', async (_, ask) => {
    const get = async (path: string): Promise<Json> => {
      const { status, body } = await ask('GET', path);
      expect(status).toBe(200);
      return JSON.parse(body);
    };
    const home = await get('/');
    const [restaurant] = (await get(home._links.restaurants.href))._embedded.item;
    const [dish] = (await get(restaurant._links.menuItems.href))._embedded.item;
    const [consumer] = (await get(home._links.consumers.href))._embedded.item;
    const { place } = (await get(home._links.orders.href))._templates;
    const placed = await ask(place.method, place.target, {
      consumerId: consumer.id,
      restaurantId: restaurant.id,
      lineItems: [{ menuItemId: dish.id, quantity: 2 }],
      deliveryInformation: { time: '2030-01-01T12:00:00Z', address: 'At home' },
    });
    expect(placed.status).toBe(201);
    const expanded = await get(`${placed.headers.location}?expand=restaurant,consumer`);
    expect(expanded._embedded.restaurant.id).toBe(restaurant.id);
    expect(expanded._embedded.consumer.id).toBe(consumer.id);
    expect(expanded._links.self.href).not.toContain('http:');
  });

  it.each(clients)('Bad requests get problems over %s', async (_, ask) => {
    const missing = await ask('GET', '/orders/none');
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'application/problem+json']);
    expect((await ask('POST', '/orders', { a: 1 })).status).toBe(400);
  });

  it.each(clients)('Every page of the gateway is served over %s', async (_, ask) => {
    for (const path of [
      '/',
      '/docs/',
      '/explorer',
      '/status',
      '/problems',
      '/openapi.json',
      '/health/ready',
    ]) {
      const { status, headers } = await ask('GET', path, undefined, { accept: 'text/html,*/*;q=0.5' });
      expect([path, status]).toEqual([path, 200]);
      expect(headers['strict-transport-security']).toBe('max-age=60');
    }
    const { body } = await ask('GET', '/status', undefined, { accept: 'text/html' });
    expect(body).toContain('<h2>TLS</h2>');
    expect(body).toMatch(/Certificate of <code>CN=localhost<\/code>, issued by <code>CN=Test CA<\/code>/);
    expect(JSON.parse((await ask('GET', '/status')).body).tls).toMatchObject({
      subject: 'CN=localhost',
      daysLeft: 89,
    });
  });

  it.each(clients)('A conditional request gets 304, and HEAD gets no body over %s', async (_, ask) => {
    const { headers } = await ask('GET', '/openapi.json');
    const again = await ask('GET', '/openapi.json', undefined, { 'if-none-match': String(headers.etag) });
    expect([again.status, again.body]).toEqual([304, '']);
    const head = await ask('HEAD', '/restaurants');
    expect([head.status, head.body]).toEqual([200, '']);
  });

  it('Event streams arrive over HTTP/2, and other requests pass meanwhile', async () => {
    const stream = session.session.request({ ':path': '/status', accept: 'text/event-stream' });
    const first = await new Promise<string>((done) => {
      stream.once('data', (chunk: Buffer) => done(chunk.toString()));
    });
    expect(first).toMatch(/^retry: \d+\ndata: "/);
    expect((await overHttp2('GET', '/restaurants')).status).toBe(200);
    stream.close(constants.NGHTTP2_CANCEL);
    await new Promise((done) => stream.once('close', done));
    expect((await overHttp2('GET', '/restaurants')).status).toBe(200);
  });

  it('100 requests at once on one connection of HTTP/2 all get their responses', async () => {
    const all = await Promise.all(
      Array.from({ length: 100 }, () => overHttp2('GET', '/restaurants?expand=menuItems')),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
  });

  itWithCurl.each(['--http2', '--http1.1'])('curl %s gets the sample', async (flag) => {
    const ca = await folder.write('ca.pem', authority.cert);
    const args = ['-sS', flag, '--cacert', ca, '-w', ' %{http_version} %{response_code}'];
    const output = await outputOf('curl', [...args, system.url + system.sample]);
    expect(output).toMatch(flag === '--http2' ? / 2 200$/ : / 1\.1 200$/);
  });
});
