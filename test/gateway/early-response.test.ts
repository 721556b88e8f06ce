/** A service that rejects an upload early and closes the connection: the client receives its response. */
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { createGateway } from '../../src/gateway/app.ts';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { type Listening, listen } from '../../src/http/server/listen.ts';
import { closeTargets, createTargets, type Targets } from '../../src/outbound/targets.ts';
import { document } from '../support/gateway.ts';
import { testLog } from '../support/log.ts';

const STATUSES = [413, 401, 403];
const TRIES = 12;

let service: Server;
let targets: Targets;
let gateway: Listening;
let status: number;

beforeEach(async () => {
  service = createServer((req, res) => {
    if (req.method === 'GET') res.end('fine');
    else res.writeHead(status, { Connection: 'close' }).end('no');
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const config = parseGatewayConfig(
    `limits: { body: 20mb }\nservices: { files: { document: x, url: "http://127.0.0.1:${port}" } }`,
    'gateway.yaml',
  );
  const upload = (operationId: string) => ({
    operationId,
    requestBody: { content: { 'application/octet-stream': {}, 'application/json': { schema: {} } } },
  });
  const paths = {
    '/f': { get: { operationId: 'getFile' }, put: upload('putFile'), post: upload('addFile') },
  };
  const documents = new Map(
    liftDocuments([{ name: 'files', document: document(paths) }]).map((one) => [one.name, one.document]),
  );
  targets = createTargets(config.services);
  gateway = await listen(createGateway({ config, documents, targets, log: testLog() }), {
    port: 0,
    host: '127.0.0.1',
  });
});
afterEach(async () => {
  await gateway.close(0);
  await closeTargets(targets);
  await new Promise((resolve) => service.close(resolve));
});

const ask = (method: string, type: string, body: Buffer): Promise<number | undefined> =>
  new Promise((resolve) => {
    const headers = { 'Content-Type': type, 'Content-Length': body.length };
    const req = httpRequest(`${gateway.url}/f`, { method, headers, agent: false }, (res) => {
      res.resume().on('close', () => {
        resolve(res.statusCode);
        req.destroy();
      });
    });
    // The rest of the upload is discarded.
    req.on('error', () => {});
    req.end(body);
  });

describe('An early response to an upload', () => {
  it.each(
    ['application/octet-stream', 'application/json'].flatMap((type) =>
      [300_000, 5_000_000].map((bytes) => [type, bytes] as const),
    ),
  )(
    'An early response of %s with %d bytes reaches the client each time and opens no circuit',
    async (type, bytes) => {
      const body = Buffer.from(`"${'a'.repeat(bytes)}"`);
      const seen: unknown[] = [];
      const expected: unknown[] = [];
      for (let n = 0; n < TRIES; n++) {
        status = STATUSES[n % STATUSES.length] as number;
        expected.push(status);
        seen.push(await ask(n % 2 === 0 ? 'PUT' : 'POST', type, body));
      }
      expect(seen).toEqual(expected);
      expect(targets.get('files')?.snapshot()).toMatchObject({ failures: 0, retries: 0, breaker: 'closed' });
      expect(await ask('GET', 'text/plain', Buffer.alloc(0))).toBe(200);
    },
  );
});
