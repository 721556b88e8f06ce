// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references under test
/** References in gateway.yaml while a gateway runs: changed files are taken over, and their contents are stored nowhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import request from 'supertest';
import { LastKnownGood } from '../../../src/config/last-known-good.ts';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';
import { eventually } from '../../support/eventually.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const SECRET = 'correct-horse-battery';
let folder: string;
let upstream: TestUpstream;
const gateways: StartedGateway[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  upstream = await startUpstream((_req, res) =>
    res.end(
      '{ "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": { "/a": { "get": {} } } }',
    ),
  );
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const configure = (files: string | number, extra = '') =>
  write(
    'gateway.yaml',
    `reload: { files: ${files}, urls: 0 }\ncors: { origins: ["\${file:origin}"] }\n${extra}
services:\n  a: { document: "${upstream.url}/a.json?x=\${file:secret}", url: "${upstream.url}" }\n`,
  );
const start = async () => {
  const log = createLog({ destination: join(folder, 'log') });
  const gateway = await startGateway({
    config: configFile(join(folder, 'gateway.yaml')),
    lastGood: new LastKnownGood(join(folder, 'data')),
    port: 0,
    host: '127.0.0.1',
    log,
  });
  gateways.push(gateway);
  const allows = async (origin: string) =>
    (await request(gateway.url).get('/a').set('Origin', origin)).headers['access-control-allow-origin'] ===
    origin;
  const texts = async () => {
    log.flush();
    const { text } = await request(gateway.url).get('/status').set('Accept', 'application/json');
    const stored = readdirSync(join(folder, 'data', 'last-good')).map((name) =>
      readFileSync(join(folder, 'data', 'last-good', name), 'utf8'),
    );
    return { status: text, stored: stored.join('\n'), log: readFileSync(join(folder, 'log'), 'utf8') };
  };
  return { ...gateway, allows, texts };
};

it('A changed file is taken over, one that disappears is refused, and the last good value stays', async () => {
  write('origin', 'https://one.example\n');
  write('secret', SECRET);
  configure(0);
  const { reload, allows, texts } = await start();
  expect(await allows('https://one.example')).toBe(true);
  expect(await reload()).toBe(false);

  write('origin', 'https://two.example\n');
  expect(await reload()).toBe(true);
  expect([await allows('https://one.example'), await allows('https://two.example')]).toEqual([false, true]);

  rmSync(join(folder, 'origin'));
  expect(await reload()).toBe(false);
  expect(await allows('https://two.example')).toBe(true);
  expect((await texts()).status).toContain('${file:origin} does not exist');

  write('origin', 'not an origin of anyone');
  expect(await reload()).toBe(false);
  const { status, log } = await texts();
  expect(status).toContain('the value comes from ${file:origin}');
  expect(status + log).not.toContain('of anyone');
}, 20_000);

it('A change of a file is noticed by itself, also of a file that was missing', async () => {
  write('origin', 'https://one.example');
  write('secret', SECRET);
  configure('20ms');
  const { allows, texts } = await start();
  write('origin', 'https://two.example');
  await eventually('the changed origin is allowed', () => allows('https://two.example'));
  configure('20ms', 'allowedHosts: ["${file:host}"]');
  await eventually('the missing file is reported', async () =>
    (await texts()).status.includes('${file:host} does not exist'),
  );
  write('host', 'api.example');
  write('origin', 'https://three.example');
  await eventually('the file that was missing is used', () => allows('https://three.example'));
}, 20_000);

it('Contents of files are neither stored, nor logged, nor shown, and the stored text is the written one', async () => {
  write('origin', 'https://one.example');
  write('secret', SECRET);
  configure(0);
  const { texts, close, reload, refused } = await start();
  await upstream.stop();
  write('secret', `${SECRET}-2`);
  await reload();
  const { status, log, stored } = await texts();
  for (const text of [status, log, stored, refused.join()]) expect(text).not.toContain(SECRET);
  expect(stored).toContain('${file:secret}');
  expect(log).toContain('[hidden]');

  // After a restart, the stored configuration gets the current contents.
  gateways.splice(0);
  await close();
  write('secret', SECRET);
  write('gateway.yaml', 'services: [');
  const again = await start();
  expect(await again.allows('https://one.example')).toBe(true);
  await upstream.start();
}, 20_000);
