/** A sign-in over HTTPS and HTTP/2, where cookies have the prefix `__Host-`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type SecureSystem, startSecure } from '../../src/tools/secure/start-secure.ts';
import { type CertificateFolder, createAuthority, createCertificateFolder } from '../support/authority.ts';
import { cookiesOf, visit } from '../support/cookie-walk.ts';
import { type Http2Client, http2Client } from '../support/http2-client.ts';
import { describeSamples } from '../support/samples.ts';
import { type TestStorage, testStorage } from '../support/storage.ts';

describeSamples('The closed sample over HTTPS', () => {
  let storage: TestStorage;
  let folder: CertificateFolder;
  let system: SecureSystem;
  let client: Http2Client;

  beforeAll(async () => {
    storage = await testStorage();
    folder = await createCertificateFolder();
    const authority = await createAuthority();
    const tls = await folder.writePair('gateway', await authority.issue());
    const config: { services: Record<string, { document: string }> } = parse(
      await readFile('gateway.yaml', 'utf8'),
    );
    for (const service of Object.values(config.services)) service.document = resolve(service.document);
    const file = await folder.write(
      'gateway.yaml',
      stringify({ ...config, tls, reload: { files: 0, urls: 0 } }),
    );
    const env = { ...storage.env, PORT: '0', PROVIDER_PORT: '0', LOG_LEVEL: 'silent', GATEWAY_CONFIG: file };
    system = await startSecure(env);
    client = http2Client(system.url, { ca: authority.cert });
  }, 60_000);
  afterAll(async () => {
    client?.close();
    await system?.close();
    await folder?.remove();
    await storage?.remove();
  });

  it('A person signs in, uses the session, and signs out, with cookies of this host alone', async () => {
    const get = (path: string, headers = {}) => client.request({ ':path': path, ...headers });
    expect((await get('/orders')).status).toBe(401);
    const begun = await get('/explorer/sign-in?return=/orders');
    const [pending = ''] = begun.headers['set-cookie'] ?? [];
    expect(pending).toMatch(/^__Host-linkway-sign-in=.*; HttpOnly; SameSite=Lax; Secure$/);
    const cookies = new Map<string, string>();
    const { url } = await visit(begun.headers.location ?? '', cookies);
    const { url: back } = await visit(url, cookies, new URLSearchParams({ user: 'anna' }));
    expect(back).toContain(`${system.url}/explorer/callback?`);

    const { pathname, search } = new URL(back);
    const ended = await get(pathname + search, { cookie: cookiesOf(pending) });
    expect({ status: ended.status, location: ended.headers.location }).toEqual({
      status: 303,
      location: '/orders',
    });
    const cookie = cookiesOf(ended.headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-linkway-session=/);

    const page = await get('/orders', { cookie });
    expect(page.status).toBe(200);
    expect(page.headers['cache-control']).toContain('private');
    // The same cookie without its prefix may come from anywhere.
    expect((await get('/orders', { cookie: cookie.replaceAll('__Host-', '') })).status).toBe(401);
    const cancel = (headers: object) =>
      client.request({ ':method': 'POST', ':path': '/orders/o-1001/cancel', cookie, ...headers });
    expect((await cancel({})).status).toBe(401);
    expect((await cancel({ origin: system.url })).status).toBe(200);
    const out = await client.request({
      ':method': 'POST',
      ':path': '/explorer/sign-out',
      cookie,
      origin: system.url,
    });
    expect(out.headers['set-cookie']).toContain(
      '__Host-linkway-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure',
    );
  });
});
