import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../src/gateway/start.ts';
import { document } from '../support/gateway.ts';
import { testLog } from '../support/log.ts';

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

it('Every name is accepted if the gateway listens on other addresses', async () => {
  const { url } = await start('', '0.0.0.0');
  const local = url.replace('0.0.0.0', '127.0.0.1');
  expect((await request(local).get('/').set('Host', 'any.example')).status).toBe(200);
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
  expect(gateway.warnings).toEqual([expect.stringMatching(/^a: getA declares security/)]);
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
