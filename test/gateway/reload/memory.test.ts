/** Memory of replaced gateway instances. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { LastKnownGood } from '../../../src/config/last-known-good.ts';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { ReloadableGateway } from '../../../src/gateway/reload/reloadable-gateway.ts';
import { leftOf } from '../../support/left.ts';
import { testLog } from '../../support/log.ts';

let folder: string;
let live: ReloadableGateway;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  write(0);
  live = await ReloadableGateway.start({
    file: configFile(join(folder, 'gateway.yaml')),
    lastGood: new LastKnownGood(join(folder, 'data')),
    log: testLog(),
  });
});
afterEach(async () => {
  await live.close();
  rmSync(folder, { recursive: true });
});

/** A service with a fault and a different name each time. */
const write = (time: number) => {
  const paths = `{ /x${time}: { get: { responses: { "200": { $ref: "#/none" } } } } }`;
  writeFileSync(
    join(folder, 'a.yaml'),
    `{ openapi: 3.1.0, info: { title: t, version: "1" }, paths: ${paths} }`,
  );
  const service = `{ document: a.yaml, url: "http://127.0.0.1:1", policy: { deadline: ${10 + time}s } }`;
  writeFileSync(join(folder, 'gateway.yaml'), `reload: { files: 0 }\nservices: { a: ${service} }\n`);
};
const reload = async (time: number) => {
  write(time);
  expect(await live.reload()).toBe(true);
};
/** The current instance and its documents. */
const parts = () => {
  const { instance: generation } = live;
  const { services, config } = generation;
  return { generation, services, document: services[0]?.document, service: config.services[0] };
};

it('A reload frees the memory of previous instances', async () => {
  await reload(1);
  const left = leftOf(parts());
  await reload(2);
  await reload(3);

  expect(await left()).toEqual([]);
});
