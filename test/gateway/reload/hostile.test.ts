/** Documents that try to crash the process, from every source: the process survives and continues. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { LastKnownGood } from '../../../src/config/last-known-good.ts';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { check } from '../../../src/tools/check.ts';
import { diff } from '../../../src/tools/diff.ts';
import { grade } from '../../../src/tools/grade.ts';
import { routes } from '../../../src/tools/routes.ts';
import { denseDocuments, hostileTexts } from '../../support/hostile.ts';
import { testLog } from '../../support/log.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const GOOD = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'good', version: '1' },
  paths: { '/good': { get: { responses: { 200: { description: 'ok' } } } } },
});
/** Texts that are not documents are rejected as well. */
const texts = Object.entries({ ...hostileTexts, 'a text': 'x', 'an overlay': 'overlay: 1.0.0' });

let folder: string;
let upstream: TestUpstream;
let served: string;
const gateways: StartedGateway[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  served = GOOD;
  upstream = await startUpstream((req, res) => res.end(req.url === '/doc' ? served : 'ok'));
});
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

const path = (name: string) => join(folder, name);
const write = (name: string, text: string) => {
  writeFileSync(path(name), text);
  return path(name);
};
const configure = (service = '{ document: a.json }', extra = '') =>
  write(
    'gateway.yaml',
    `reload: { files: 0, urls: 0 }\nservices:\n  good: { document: good.json, url: "${upstream.url}" }\n  a: ${service.replace(' }', `, url: "${upstream.url}" }`)}\n${extra}`,
  );
const start = async () => {
  write('good.json', GOOD);
  const config = configFile(path('gateway.yaml'));
  const lastGood = new LastKnownGood(path('data'));
  const gateway = await startGateway({
    config,
    lastGood,
    port: 0,
    host: '127.0.0.1',
    log: testLog() as never,
  });
  gateways.push(gateway);
  return gateway;
};
const other = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'a', version: '1' },
  paths: { '/a': { get: { responses: {} } } },
});
const expectBoth = async ({ url }: StartedGateway) => {
  await request(url).get('/good').expect(200);
  await request(url).get('/a').expect(200);
};

describe.each(texts)('%s', (_, text) => {
  it('A hostile document is rejected at the start in one line', async () => {
    configure();
    write('a.json', text);
    await expect(start()).rejects.toThrow(ConfigError);
    await expect(start()).rejects.toThrow(/^\S+a\.json[^\n]*$/);
  });

  it('A start with a hostile document uses the last good version', async () => {
    configure();
    write('a.json', other);
    await (await start()).close();
    gateways.pop();
    write('a.json', text);
    const gateway = await start();
    expect(gateway.refused).toHaveLength(1);
    await expectBoth(gateway);
  });

  it('A hostile text is rejected as a file, an overlay, a URL and gateway.yaml', async () => {
    served = other;
    configure(
      `{ document: ${upstream.url}/doc }`,
      `  b: { document: b.json, prefix: /b, overlays: [o.yaml], url: "${upstream.url}" }`,
    );
    write('b.json', other);
    write(
      'o.yaml',
      'overlay: 1.0.0\ninfo: { title: t, version: "1" }\nactions: [{ target: $.info, update: { x-a: 1 } }]',
    );
    const gateway = await start();
    for (const change of [
      () => write('b.json', text),
      () => write('o.yaml', text === 'overlay: 1.0.0' ? '1' : text),
      () => {
        served = text;
      },
      () => write('gateway.yaml', text),
    ]) {
      change();
      expect(await gateway.reload()).toBe(false);
      await expectBoth(gateway);
      await request(gateway.url).get('/b/a').expect(200);
    }
  });

  it('A hostile text is ignored if a document refers to it', async () => {
    configure();
    const referring = { ...JSON.parse(other), components: { schemas: { A: { $ref: './part.yaml#/a' } } } };
    write('a.json', JSON.stringify(referring));
    write('part.yaml', text);
    await expectBoth(await start());
  });

  it('The command reports a hostile text', async () => {
    const file = write('a.json', text);
    const { isGood, lines } = await check.run([file]);
    expect([isGood, lines.some((line) => line.includes('does not serve it'))]).toEqual([false, true]);
    for (const command of [() => diff.run([file, file]), () => grade.run([file]), () => routes.run([file])])
      await expect(command()).rejects.toThrow(ConfigError);
  });
});

describe.each(Object.entries(denseDocuments))('%s', (_, document) => {
  it('A dense document is served with forms, pages and merged documents in short time', async () => {
    configure('{ document: a.json }');
    write('a.json', JSON.stringify(document));
    upstream.respond = (_req, res) => res.setHeader('Content-Type', 'application/json').end('{"list":[[]]}');
    const before = process.cpuUsage();
    const gateway = await start();
    for (const accept of [
      'application/json',
      'application/hal+json',
      'application/prs.hal-forms+json',
      'text/html',
      'application/vnd.siren+json',
    ])
      await request(gateway.url).get('/hostile/1').set('Accept', accept).expect(200);
    await request(gateway.url).get('/hostile/1?where[p0]=x&fields=p0');
    // A schema that only refers to itself has no effect.
    expect([200, 400]).toContain((await request(gateway.url).post('/hostile/1').send({})).status);
    for (const page of [
      '/openapi.json',
      '/openapi/a.yaml',
      '/openapi.json?path=/hostile',
      '/docs',
      '/status',
    ])
      await request(gateway.url).get(page).expect(200);
    const file = path('a.json');
    await check.run([file]);
    await diff.run([file, file]);
    await grade.run([file]);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
  });

  it('A dense document is mocked in short time', async () => {
    configure('{ document: a.json, upstream: mock }'.replace(' }', ' }'));
    write(
      'gateway.yaml',
      'reload: { files: 0, urls: 0 }\nservices:\n  a: { document: a.json, upstream: mock }\n',
    );
    write('a.json', JSON.stringify(document));
    const before = process.cpuUsage();
    const gateway = await start();
    await request(gateway.url).get('/hostile/1').expect(200);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});
