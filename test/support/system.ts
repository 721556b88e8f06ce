/** The whole system as `npm start` runs it, with a free port and its own data folder. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import request from 'supertest';
import { parse, stringify } from 'yaml';
import type { ServiceDrift } from '../../src/gateway/conformance/conformance-stats.ts';
import { start } from '../../src/main.ts';
import { testStorage } from './storage.ts';

export interface System {
  readonly url: string;
  close(): Promise<void>;
}

/** @param service further settings of every service in gateway.yaml */
export async function startSystem(service?: object): Promise<System> {
  const { folder, env, remove } = await testStorage();
  const system = await start({
    ...env,
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...(service && { GATEWAY_CONFIG: await configIn(folder, service) }),
  });
  return {
    url: system.url,
    close: async () => {
      await system.close();
      await remove();
    },
  };
}

async function configIn(folder: string, more: object): Promise<string> {
  const config: { services: Record<string, { document: string }> } = parse(
    await readFile('gateway.yaml', 'utf8'),
  );
  for (const service of Object.values(config.services))
    Object.assign(service, more, { document: resolve(service.document) });
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, stringify(config));
  return file;
}

/** The number of checked responses of every service, and their faults. */
export async function driftOf({ url }: System) {
  const { body } = await request(url).get('/status').expect(200);
  const operations = (body.services as { drift: ServiceDrift }[]).flatMap(({ drift }) => drift.operations);
  return {
    checked: operations.filter(({ checked }) => checked > 0).map(({ operationId }) => operationId),
    unverified: operations.filter(({ unverified }) => unverified > 0).map(({ operationId }) => operationId),
    faults: operations.flatMap(({ operationId, faults }) =>
      faults.map(({ kind, pointer, detail }) => ({ operationId, kind, pointer, detail })),
    ),
  };
}
