/** A document of several megabytes is applied and shown while requests continue. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { createLog } from '../../../src/observability/log.ts';
import { largeDocument } from '../../support/large-document.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

// The work takes seconds in steps, and longer on a busy machine.
jest.setTimeout(180_000);

/**
 * Milliseconds of CPU: six times the measured maximum of one turn, because a turn may include a garbage collection, and
 * other processes may use the machine. All work in one turn would take seconds.
 */
const MOST = 400;

/** The limit while schemas are compiled, which creates more garbage: all work in one turn would take seconds. */
const MOST_COMPILING = 1000;

const small = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: { '/a': { get: { responses: {} } } },
});
let folder: string;
let upstream: TestUpstream;
let gateway: StartedGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  upstream = await startUpstream();
  const place = `url: "${upstream.url}"`;
  writeFileSync(
    join(folder, 'gateway.yaml'),
    `reload: { files: 0, urls: 0 }\nservices:\n  other: { document: other.json, ${place} }\n  large: { document: large.json, prefix: /p, ${place} }\n`,
  );
  for (const name of ['other', 'large']) writeFileSync(join(folder, `${name}.json`), small);
  const config = configFile(join(folder, 'gateway.yaml'));
  gateway = await startGateway({ config, port: 0, host: '127.0.0.1', log: createLog({ level: 'silent' }) });
  await request(gateway.url).get('/openapi.json').expect(200);
});
afterAll(async () => {
  await gateway.close();
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

/** The maximum CPU time of this thread between two turns of the event loop during some work. */
async function busiest(work: () => Promise<unknown>): Promise<number> {
  let [most, isOver] = [0, false];
  let last = process.threadCpuUsage();
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    most = Math.max(most, (user + system) / 1000);
    last = process.threadCpuUsage();
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  return most;
}

it('A large document is applied between requests', async () => {
  writeFileSync(join(folder, 'large.json'), JSON.stringify(largeDocument(1300)));
  let responses = 0;
  const taken = await busiest(async () => {
    let isOver = false;
    const requests = (async () => {
      while (!isOver) {
        await request(gateway.url).get('/a').expect(200);
        responses += 1;
      }
    })();
    expect(await gateway.reload()).toBe(true);
    isOver = true;
    await requests;
  });
  expect(responses).toBeGreaterThan(10);
  expect(taken).toBeLessThan(MOST);
  await request(gateway.url).get('/p/large/r1299/x').expect(200);
});

it('A large document is merged and split between requests', async () => {
  const read = (path: string) => async () => {
    const { status } = await fetch(gateway.url + path, { method: 'HEAD' });
    expect(status).toBe(200);
  };
  expect(await busiest(read('/openapi.json'))).toBeLessThan(MOST);
  expect(await busiest(read('/openapi/large.json?tag=tag1'))).toBeLessThan(MOST);
  expect(await busiest(read('/openapi.json?media=application/json'))).toBeLessThan(MOST);
  expect(await busiest(read('/openapi.yaml?media=application/json'))).toBeLessThan(MOST);
});

it('A body is checked against a schema of thousands of members between requests.', async () => {
  const members = Array.from({ length: 3000 }, (_, index) => [
    `p${index}`,
    { type: 'object', required: ['a'], properties: { a: { type: 'string', pattern: `^x${index}.*y|z+$` } } },
  ]);
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Wide' } } };
  writeFileSync(
    join(folder, 'large.json'),
    JSON.stringify({
      ...JSON.parse(small),
      paths: { '/wide': { post: { requestBody: { content }, responses: {} } } },
      components: { schemas: { Wide: { type: 'object', properties: Object.fromEntries(members) } } },
    }),
  );
  expect(await gateway.reload()).toBe(true);
  const send = (body: object) => async () => {
    const { status } = await fetch(`${gateway.url}/p/wide`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return status;
  };
  const statuses: number[] = [];
  const all = Object.fromEntries(members.map(([name]) => [name, { a: 'z' }]));
  for (const body of [{ p2999: { a: 'z' } }, { p2999: {} }, { p2999: { a: 'none' } }, all]) {
    const most = await busiest(async () => statuses.push(await send(body)()));
    expect(most).toBeLessThan(MOST_COMPILING);
  }
  expect(statuses).toEqual([200, 400, 400, 200]);
});
