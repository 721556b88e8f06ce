import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { configFile, parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../src/gateway/start.ts';
import { document } from '../support/gateway.ts';
import { testLog } from '../support/log.ts';
import { rawClient } from '../support/raw-client.ts';

let gateway: StartedGateway | undefined;

afterEach(() => gateway?.close());

const start = async (yaml: string, host = '127.0.0.1'): Promise<StartedGateway> => {
  const text = `services: {}\nadmin: { port: 0 }\nshutdown: { drain: 0, grace: 0 }\n${yaml}`;
  gateway = await startGateway({
    config: parseGatewayConfig(text, 'gateway.yaml'),
    port: 0,
    host,
    log: testLog(),
  });
  return gateway;
};

describe('A gateway that listens on loopback', () => {
  it.each(['/', '/status', '/health', '/nothing', '/openapi.json'])(
    'DNS rebinding does not give access to %s',
    async (path) => {
      const { url } = await start('');
      const { status, body } = await request(url).get(path).set('Host', 'evil.example');
      expect([status, body.type]).toEqual([403, '/problems/cross-site']);
      expect((await request(url).get(path).set('Host', 'localhost:1')).status).not.toBe(403);
    },
  );

  it.each(['/metrics', '/status', '/health'])(
    'DNS rebinding does not give access to %s on the admin listener',
    async (path) => {
      const { adminUrl = '' } = await start('');
      expect((await request(adminUrl).get(path).set('Host', 'evil.example')).status).toBe(403);
      expect((await request(adminUrl).get(path)).status).toBe(200);
    },
  );

  it('Names in allowedHosts are accepted, and the error explains how to add one', async () => {
    const { url } = await start('allowedHosts: [good.example]');
    expect((await request(url).get('/').set('Host', 'good.example')).status).toBe(200);
    const { body } = await request(url).get('/').set('Host', 'evil.example');
    expect(body.detail).toContain(
      'evil.example is not a host of this server. If it should be, add it to `allowedHosts`',
    );
  });
});

describe('A gateway that trusts every peer', () => {
  it('Its log and its banner say once what to write instead, again only after it was changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
    const path = join(folder, 'gateway.yaml');
    const text = (config: string) => `services: {}\nreload: { files: 0 }\n${config}\n`;
    writeFileSync(path, text('trustProxy: true'));
    const log = testLog();
    gateway = await startGateway({ config: configFile(path), port: 0, host: '127.0.0.1', log });
    expect(gateway.warnings).toEqual([expect.stringContaining('trustedProxies: [10.0.0.0/8]')]);
    const counts = [log.warnings.length];
    for (const config of [
      'trustProxy: true\nhideSoftware: false',
      'trustedProxies: [10.0.0.0/8]',
      'trustProxy: true',
    ]) {
      writeFileSync(path, text(config));
      expect(await gateway.reload()).toBe(true);
      counts.push(log.warnings.length);
    }
    expect(counts).toEqual([1, 1, 1, 2]);
    rmSync(folder, { recursive: true });
  });
});

describe('A request that is refused before the app', () => {
  const origin = 'https://app.example';

  it.each([
    ['an unknown host', 'Host: evil.example', 403],
    ['an unknown expectation', 'Host: localhost\r\nExpect: x', 417],
    ['an invalid host', 'Host: a b', 400],
  ])('The page of an allowed origin can read why: %s', async (_, head, expected) => {
    const { url } = await start(`cors: { origins: [${origin}] }`);
    for (const sent of [origin, 'https://evil.example']) {
      const client = rawClient(url, `GET / HTTP/1.1\r\n${head}\r\nOrigin: ${sent}\r\n\r\n`);
      const text = await client.end;
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${expected} `));
      expect(text.includes(`Access-Control-Allow-Origin: ${origin}\r\n`)).toBe(sent === origin);
      expect(text).toContain('Vary: Origin\r\n');
    }
  });
});

it('Every name is accepted if the gateway listens on other addresses', async () => {
  const { url } = await start('', '0.0.0.0');
  const local = url.replace('0.0.0.0', '127.0.0.1');
  expect((await request(local).get('/').set('Host', 'any.example')).status).toBe(200);
});

it('Warnings, log and status name operations that refuse every request, and schemes with faults', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  const secured = document({
    '/a': { get: { operationId: 'getA', security: [{ staff: [] }] } },
    '/b': { get: { operationId: 'getB', security: [{ key: [] }] } },
  });
  const securitySchemes = {
    key: { type: 'apiKey' as const, in: 'header' as const, name: 'X-Key' },
    staff: { type: 'http' as const, scheme: 'basic' },
  };
  writeFileSync(join(folder, 'a.json'), JSON.stringify({ ...secured, components: { securitySchemes } }));
  const log = testLog();
  const text = `services: { a: { document: a.json, url: "http://127.0.0.1:1" } }
authentication: { schemes: { key: { keysFile: ${JSON.stringify(join(folder, 'missing.yaml'))} } } }
shutdown: { drain: 0, grace: 0 }`;
  gateway = await startGateway({
    config: parseGatewayConfig(text, join(folder, 'gateway.yaml')),
    port: 0,
    host: '127.0.0.1',
    log,
  });
  expect(gateway.warnings).toEqual([
    'a: every request to getA gets 503: the scheme staff has no entry staff in authentication.schemes',
    `authentication.schemes.key: ${join(folder, 'missing.yaml')}: cannot be read (ENOENT)`,
  ]);
  expect(log.warnings).toEqual([
    { service: 'a' },
    { scheme: 'key', reason: expect.stringContaining('ENOENT') },
  ]);
  const { body } = await request(gateway.url).get('/status').accept('application/json');
  expect(body.schemes).toEqual([{ scheme: 'key', reason: 'missing.yaml: cannot be read (ENOENT)' }]);
  expect(body.services[0].unverifiableSecurity).toEqual(['getA']);
  const { text: page } = await request(gateway.url).get('/status').accept('text/html');
  expect(page).toContain('Operations that refuse every request');
  expect(page).toContain('Faults of authentication');
  // The reason has the path of the file, which is for the operator alone.
  expect(page).not.toContain(folder);
  rmSync(folder, { recursive: true });
});

it('Warnings, log and status name the operations whose declared security is not enforced', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  const secured = document({
    '/a': { get: { operationId: 'getA', security: [{ key: [] }] }, post: { operationId: 'postA' } },
  });
  writeFileSync(join(folder, 'a.json'), JSON.stringify(secured));
  const log = testLog();
  const text =
    'services: { a: { document: a.json, url: "http://127.0.0.1:1" } }\nshutdown: { drain: 0, grace: 0 }';
  gateway = await startGateway({
    config: parseGatewayConfig(text, join(folder, 'gateway.yaml')),
    port: 0,
    host: '127.0.0.1',
    log,
  });
  expect(gateway.warnings).toEqual([]);
  expect(gateway.unenforced).toEqual([expect.stringMatching(/^a: getA declares security/)]);
  expect(gateway.isOpen).toBe(true);
  expect(log.warnings).toEqual([{ service: 'a' }]);
  expect(await gateway.reload()).toBe(false);
  expect(log.warnings).toHaveLength(1);
  const { body } = await request(gateway.url).get('/status').accept('application/json');
  expect(body.services[0].unenforcedSecurity).toEqual(['getA']);
  const { text: page } = await request(gateway.url).get('/status').accept('text/html');
  expect(page).toContain('Declared security that is not enforced');
  expect(page).toContain('<code>getA</code>');
  rmSync(folder, { recursive: true });
});
