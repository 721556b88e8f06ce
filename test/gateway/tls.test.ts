/** A gateway with TLS on both sides, whose files change while it runs. */

import type { IncomingMessage } from 'node:http';
import { createServer, type Server as HttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { configFile } from '../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../src/gateway/start.ts';
import {
  type CertificateFolder,
  createAuthority,
  createCertificateFolder,
  type TestAuthority,
  type TestPair,
} from '../support/authority.ts';
import { eventually } from '../support/eventually.ts';
import { document } from '../support/gateway.ts';
import { http2Client } from '../support/http2-client.ts';
import { testLog } from '../support/log.ts';

const DOCUMENT = document({
  '/a': {
    get: { operationId: 'getA', responses: { 200: { description: '' } } },
    post: {
      operationId: 'postA',
      requestBody: { content: { 'text/plain': { schema: { type: 'string' } } } },
      responses: { 200: { description: '' } },
    },
  },
});

let authority: TestAuthority;
let folder: CertificateFolder;
const open: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  authority = await createAuthority();
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => folder?.remove());

interface Upstream {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly server: HttpsServer;
}

async function startUpstream(options: ServerOptions): Promise<Upstream> {
  const requests: IncomingMessage[] = [];
  const server = createServer(options, (req, res) => {
    requests.push(req);
    if (req.url === '/openapi.json')
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify(DOCUMENT));
    else if (req.url === '/health') res.end();
    else if (req.method === 'POST') req.pipe(res);
    else res.end('from the service');
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, requests, server };
}

async function start(yaml: string): Promise<StartedGateway & { readonly log: ReturnType<typeof testLog> }> {
  const text = `admin: { port: 0 }\nshutdown: { drain: 0, grace: 0 }\nreload: { files: 20, urls: 0 }\n${yaml}`;
  const path = await folder.write('gateway.yaml', text);
  const log = testLog();
  const gateway = await startGateway({ config: configFile(path), port: 0, host: '127.0.0.1', log });
  open.push(() => gateway.close());
  return { ...gateway, log };
}

const secure = async (pair?: TestPair) => {
  folder ??= await createCertificateFolder();
  await folder.write('openapi.json', JSON.stringify(DOCUMENT));
  await folder.write('ca.pem', authority.cert);
  await folder.writePair('gateway', pair ?? (await authority.issue()));
  return 'tls: { certificate: gateway.crt, key: gateway.key }\n';
};

const service = (url: string, tls = 'tls: { ca: ca.pem }', more = '') =>
  `services: { shop: { document: openapi.json, url: "${url}", ${tls}, lookup: 0, policy: { retry: off }${more} } }\n`;

const metricsOf = async ({ adminUrl }: StartedGateway) => (await fetch(`${adminUrl}/metrics`)).text();

describe('A gateway that speaks HTTPS', () => {
  it('Tells services that clients use https, over HTTP/2, without fields of HTTP/2', async () => {
    const yaml = await secure();
    const upstream = await startUpstream(await authority.issue());
    const gateway = await start(yaml + service(upstream.url));
    const client = http2Client(gateway.url, { ca: authority.cert });
    const response = await client.request({
      ':path': '/a',
      ':authority': 'localhost:1',
      te: 'trailers',
      cookie: 'a=1',
    });
    expect([response.status, response.body]).toEqual([200, 'from the service']);
    const [received] = upstream.requests;
    expect(received?.rawHeaders.filter((_, index) => index % 2 === 0 && /^:|^te$|transfer/i.test(_))).toEqual(
      [],
    );
    expect(received?.headers).toMatchObject({
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'localhost:1',
      forwarded: 'for=127.0.0.1;host="localhost:1";proto=https',
      via: '2.0 linkway',
      cookie: 'a=1',
    });
    client.close();
  });

  it('Forwards bodies with and without a length', async () => {
    const yaml = await secure();
    const upstream = await startUpstream(await authority.issue());
    const gateway = await start(yaml + service(upstream.url));
    const client = http2Client(gateway.url, { ca: authority.cert });
    const post = { ':method': 'POST', ':path': '/a', 'content-type': 'text/plain' };
    expect((await client.request(post, 'without')).body).toBe('without');
    expect((await client.request({ ...post, 'content-length': '4' }, 'with')).body).toBe('with');
    const tooLarge = Buffer.alloc(2 * 1024 ** 2);
    const { status } = await client.request({ ...post, 'content-length': tooLarge.length }, tooLarge);
    expect(status).toBe(413);
    client.close();
  });

  it('Takes a changed certificate over, refuses a bad one, and tells both', async () => {
    const gateway = await start(`${await secure()}services: {}\n`);
    const client = http2Client(gateway.url, { ca: authority.cert });
    const status = async () => JSON.parse((await client.request('/status')).body).tls;
    expect(await status()).toMatchObject({ subject: 'CN=localhost', issuer: 'CN=Test CA', daysLeft: 89 });
    await folder.writePair('gateway', await authority.issue({ name: 'newer', days: 30 }));
    await eventually('the certificate is used', async () => (await status()).subject === 'CN=newer');
    await folder.write('gateway.key', 'broken');
    await eventually('the key is refused', async () => (await status()).refused !== undefined);
    expect((await status()).refused.reason).toMatch(/^tls\.key: gateway\.key: has no private key/);
    const page = await client.request({ ':path': '/status', accept: 'text/html' });
    expect(page.body).toContain(
      'The previous certificate stays in use: <code>tls.key: gateway.key: has no private key',
    );
    expect(page.body).toContain('29 days left');
    expect(await metricsOf(gateway)).toMatch(
      /linkway_tls_certificate_days_left\{subject="CN=newer"\} 29\n[\s\S]*linkway_tls_certificate_refused 1\n/,
    );
    client.close();
  });

  it('Counts failed handshakes in the status and in the metrics', async () => {
    const gateway = await start(`${await secure()}services: {}\n`);
    await expect(fetch(gateway.url.replace('https', 'http'))).rejects.toThrow();
    const client = http2Client(gateway.url, { ca: authority.cert });
    const { tls } = JSON.parse((await client.request('/status')).body);
    expect(tls.failedHandshakes).toEqual([
      { cause: 'plain-http', meaning: 'the client sent plain HTTP to the HTTPS port', count: 1 },
    ]);
    expect(await metricsOf(gateway)).toContain(
      'linkway_tls_handshake_failures_total{cause="plain-http"} 1\n',
    );
    client.close();
  });

  it('Does not start with a bad pair, and says which file is wrong', async () => {
    const yaml = await secure({ cert: (await authority.issue()).cert, key: authority.key });
    await expect(start(`${yaml}services: {}\n`)).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(
        /^tls\.key: .*gateway\.key: does not belong to the certificate in .*gateway\.crt/,
      ),
    });
  });
});

describe('TLS connections to a service', () => {
  /** The status, the problem and the logged cause of a call. */
  const call = async (gateway: Awaited<ReturnType<typeof start>>) => {
    const client = http2Client(gateway.url, { ca: authority.cert });
    const { status, body } = await client.request('/a');
    client.close();
    const { cause, service: name } = (gateway.log.warnings.at(-1) ?? {}) as {
      cause?: string;
      service?: string;
    };
    return { status, body, cause, name };
  };
  const other = () => createAuthority('Other');

  it.each<[string, () => Promise<TestPair>, string, number, string | undefined]>([
    ['of its own issuer', () => authority.issue(), 'tls: { ca: ca.pem }', 200, undefined],
    [
      'of an unknown issuer',
      async () => (await other()).issue(),
      'tls: { ca: ca.pem }',
      503,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'of an own issuer that is not configured',
      () => authority.issue(),
      'tls: {}',
      503,
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'for another name',
      () => authority.issue({ names: ['shop.internal'] }),
      'tls: { ca: ca.pem }',
      503,
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'for the configured name',
      () => authority.issue({ names: ['shop.internal'] }),
      'tls: { ca: ca.pem, serverName: shop.internal }',
      200,
      undefined,
    ],
    ['that has expired', () => authority.issue({ days: -1 }), 'tls: { ca: ca.pem }', 503, 'CERT_HAS_EXPIRED'],
  ])('With a certificate %s', async (_, make, tls, expected, cause) => {
    const yaml = await secure();
    const upstream = await startUpstream(await make());
    const got = await call(await start(yaml + service(upstream.url, tls)));
    expect([got.status, got.cause]).toEqual([expected, cause]);
    if (cause === undefined) return;
    const { type, detail } = JSON.parse(got.body);
    expect(type).toBe('/problems/service-unreachable');
    expect(detail).toBe(
      'No TLS connection to the service "shop" could be made. The log of the gateway has the cause.',
    );
    expect([got.name, upstream.requests]).toEqual(['shop', []]);
  });

  it('Show the certificate of the gateway where the service requires one', async () => {
    const yaml = await secure();
    await folder.writePair('client', await authority.issue({ name: 'the gateway' }));
    const pair = await authority.issue();
    const upstream = await startUpstream({
      ...pair,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const tls = 'tls: { ca: ca.pem, certificate: client.crt, key: client.key }';
    expect((await call(await start(yaml + service(upstream.url, tls)))).status).toBe(200);
    const refused = await call(await start(yaml + service(upstream.url)));
    expect(refused.status).toBeGreaterThanOrEqual(502);
    expect(upstream.requests).toHaveLength(1);
  });

  it('Are used for health checks and for the document of the service', async () => {
    const yaml = await secure();
    const upstream = await startUpstream(await authority.issue());
    const health = ', health: { path: /health, every: 20ms }';
    const remote = service(upstream.url, undefined, health).replace(
      'openapi.json',
      `${upstream.url}/openapi.json`,
    );
    const gateway = await start(yaml + remote);
    expect((await call(gateway)).status).toBe(200);
    const seen = (path: string) => upstream.requests.some(({ url }) => url === path);
    await eventually('the health is checked', () => seen('/health'));
    expect(seen('/openapi.json')).toBe(true);
  });

  it('Do not carry their certificates to other servers that have the document', async () => {
    const yaml = await secure();
    const upstream = await startUpstream(await authority.issue());
    const library = await startUpstream(await authority.issue());
    const remote = service(upstream.url).replace('openapi.json', `${library.url}/openapi.json`);
    const gateway = await start(yaml + remote);
    // The issuer of the service is not trusted there.
    expect([gateway.refused.length, library.requests]).toEqual([1, []]);
    expect(gateway.refused[0]).toMatch(/the issuer of its certificate is not trusted/);
  });

  it('Take changed files over, and refuse broken ones', async () => {
    const yaml = await secure();
    const upstream = await startUpstream(await (await other()).issue());
    const second = await other();
    upstream.server.setSecureContext(await second.issue());
    const gateway = await start(yaml + service(upstream.url));
    expect((await call(gateway)).status).toBe(503);
    await folder.write('ca.pem', second.cert);
    await eventually('the issuer is trusted', async () => (await call(gateway)).status === 200);
    await folder.write('ca.pem', 'broken');
    const client = http2Client(gateway.url, { ca: authority.cert });
    const refused = async () => JSON.parse((await client.request('/status')).body).refused?.reason;
    await eventually('the file is refused', async () => (await refused()) !== undefined);
    expect(await refused()).toMatch(/^services\.shop\.tls\.ca: ca\.pem: has no certificate/);
    expect((await client.request('/a')).status).toBe(200);
    client.close();
  });

  it('Do not start with files that are broken', async () => {
    const yaml = await secure();
    await folder.write('ca.pem', 'broken');
    await expect(start(yaml + service('https://localhost:1'))).rejects.toThrow(
      `services.shop.tls.ca: ${join(folder.path, 'ca.pem')}: has no certificate`,
    );
  });
});
