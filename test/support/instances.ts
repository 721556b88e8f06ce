/** A gateway for several instances of one service, with a status that shows them. */

import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { createGateway } from '../../src/gateway/app.ts';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { listen } from '../../src/http/server/listen.ts';
import type { Lookup } from '../../src/outbound/instances/dns.ts';
import type { InstanceSnapshot } from '../../src/outbound/target-snapshot.ts';
import { closeTargets, createTargets } from '../../src/outbound/targets.ts';
import { document } from './gateway.ts';
import { testLog } from './log.ts';
import { startUpstream, type TestUpstream } from './upstream.ts';

export interface TestInstances {
  readonly url: string;
  readonly upstreams: readonly TestUpstream[];
  readonly log: ReturnType<typeof testLog>;
  instances(): readonly InstanceSnapshot[];
  /** Uses the action of an operator. */
  isolate(id: string): void;
  close(): Promise<void>;
}

const operation = { responses: { default: { description: 'Things.' } } };
const upload = { ...operation, requestBody: { content: { 'text/plain': {} } } };
const report = { ...operation, operationId: 'getReport' };
const DOCUMENT = document({
  '/things': { get: operation, post: operation },
  '/report': { get: report },
  '/echo': { post: upload },
});

/** @param service YAML of the service @param urls URLs that replace those of the upstreams */
export async function startInstances(
  count: number,
  service = '',
  {
    urls,
    resolve,
  }: { urls?: (upstreams: readonly TestUpstream[]) => readonly string[]; resolve?: Lookup } = {},
): Promise<TestInstances> {
  const upstreams = await Promise.all(
    Array.from({ length: count }, (_, index) => startOne(String(index + 1))),
  );
  const written = (urls?.(upstreams) ?? upstreams.map(({ url }) => url)).map((url) => `"${url}"`);
  const yaml = `services: { things: { document: x, url: [${written.join()}]${service && `, ${service}`} } }`;
  const config = parseGatewayConfig(yaml, 'gateway.yaml');
  const services = liftDocuments([{ name: 'things', document: DOCUMENT }]);
  const documents = new Map(services.map(({ name, document }) => [name, document]));
  const targets = createTargets(config.services, resolve);
  const log = testLog();
  const app = createGateway({ config, documents, targets, log });
  const listening = await listen(app, { port: 0, host: '127.0.0.1' });
  return {
    url: listening.url,
    upstreams,
    log,
    instances: () => targets.get('things')?.snapshot().instances ?? [],
    isolate: (id) => {
      for (const one of targets.get('things')?.instances ?? []) if (one.id === id) one.isolate();
    },
    close: async () => {
      await listening.close(0);
      for (const upstream of upstreams) await upstream.stop();
      await closeTargets(targets);
    },
  };
}

/** Starts an instance that responds to every request with its id in a header. */
const startOne = (id: string): Promise<TestUpstream> =>
  startUpstream((req, res) => {
    let bytes = 0;
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    req.on('end', () => {
      res.setHeader('x-instance', id);
      res.end(req.url === '/echo' ? String(bytes) : 'well');
    });
  });
