/** A scheme that cannot verify credentials is not silent: `/status` says why, and `/health` warns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { schemeChecks, schemeFaults } from '../../../src/gateway/security/scheme-faults.ts';
import { startGateway } from '../../../src/gateway/start.ts';
import { testLog } from '../../support/log.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: { '/pets': { get: { security: [{ key: [] }], responses: { 200: { description: 'ok' } } } } },
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
};

async function start(keys: string) {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  open.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'pets.json'), JSON.stringify(DOCUMENT));
  writeFileSync(join(folder, 'keys.yaml'), keys);
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `services: { pets: { document: pets.json, url: "http://127.0.0.1:9" } }
reload: { files: 0, urls: 0 }
shutdown: { drain: 0, grace: 0 }
authentication: { schemes: { key: { keysFile: keys.yaml } } }
`,
  );
  const config = configFile(join(folder, 'gateway.yaml'));
  const gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log: testLog() });
  open.push(() => gateway.close());
  return gateway.url;
}

describe('A broken file of keys', () => {
  it('Its fault is on the status page with file and line, and health warns without the reason', async () => {
    const url = await start('keys:\n  - { name: a, sha256: sk_a-secret-in-the-wrong-place }\n');
    const { body: status } = await request(url).get('/status').expect(200);
    expect(status.schemes).toEqual([
      {
        scheme: 'key',
        reason: expect.stringMatching(/^keys\.yaml:2: keys\.0\.sha256: expected the SHA-256/),
      },
    ]);
    const { text } = await request(url).get('/status').set('Accept', 'text/html').expect(200);
    expect(text).toContain('<li>key: <code>keys.yaml:2: ');
    expect(text).not.toContain('sk_a-secret');
    const { body: health } = await request(url).get('/health').expect(200);
    expect(health.status).toBe('warn');
    expect(health.checks['authentication:key']).toEqual([
      { componentType: 'component', status: 'warn', observedValue: 'faulty' },
    ]);
    expect(JSON.stringify(health)).not.toContain('keys.yaml');
    await request(url).get('/pets').set('X-Key', 'lk_any-key-of-enough-length').expect(503);
  });

  it('A good file is not mentioned', async () => {
    const url = await start('keys: []\n');
    const { body: status } = await request(url).get('/status').expect(200);
    expect(status).not.toHaveProperty('schemes');
    const { body: health } = await request(url).get('/health').expect(200);
    expect(health.checks).not.toHaveProperty('authentication:key');
  });
});

describe('The reason of a fault', () => {
  const shown = (reason: string) =>
    schemeFaults(new Map([['a', { verify: () => ({ rejected: '', reason: '' }), fault: () => reason }]]))[0]
      ?.reason;

  it.each([
    ['/etc/gw/keys.yaml:3: keys: expected a list', 'keys.yaml:3: keys: expected a list'],
    ['/etc/gw/keys.yaml: cannot be read (ENOENT)', 'keys.yaml: cannot be read (ENOENT)'],
    ['/keys.yaml: cannot be read (ENOENT)', 'keys.yaml: cannot be read (ENOENT)'],
    ['client.secretFile: /run/secrets/idp: contains no secret', 'client.secretFile: idp: contains no secret'],
    ['fetch failed (ECONNREFUSED)', 'fetch failed (ECONNREFUSED)'],
    ['connect ECONNREFUSED 10.0.0.7:9000', 'connect ECONNREFUSED'],
    ['getaddrinfo ENOTFOUND idp.internal', 'getaddrinfo ENOTFOUND'],
    ['https://idp.internal/keys did not respond', '… did not respond'],
    ['no route to 10.0.0.7:80 or [fd00::1]:80', 'no route to … or …'],
  ])('%j is shown as %j, without folders and addresses', (reason, expected) => {
    expect(shown(reason)).toBe(expected);
  });

  it('A warning counts as well, and a scheme without either is left out', () => {
    const verify = () => ({ rejected: '', reason: '' });
    const verifiers = new Map([
      ['late', { verify, warning: () => 'it did not respond' }],
      ['good', { verify, fault: () => undefined }],
    ]);
    const faults = schemeFaults(verifiers);
    expect(faults).toEqual([{ scheme: 'late', reason: 'it did not respond' }]);
    expect(Object.keys(schemeChecks(faults))).toEqual(['authentication:late']);
  });
});
