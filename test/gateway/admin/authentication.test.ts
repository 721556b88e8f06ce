/** Pages of the gateway and the admin listener ask for credentials of a real file of keys and passwords. */
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { hashPassword } from '../../../src/security/api-keys/password-hash.ts';
import { testLog } from '../../support/log.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
components: { securitySchemes: { key: { type: http, scheme: bearer } } }
paths:
  /things:
    get: { operationId: listThings, security: [{ key: [read] }], responses: { '200': { description: Things. } } }
`;

const KEY = 'reader-0123456789abcdef';
const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;
const OPERATOR = basic('olga', 'correct horse');
const VISITOR = basic('vera', 'battery staple');

let folder: string;
let upstream: TestUpstream;
let gateway: StartedGateway;
let log: ReturnType<typeof testLog>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  const users = [
    { user: 'olga', password: await hashPassword('correct horse'), scopes: ['operate'] },
    { user: 'vera', password: await hashPassword('battery staple'), scopes: [] },
  ];
  const keys = [{ name: 'reader', sha256: hash('sha256', KEY, 'base64url'), scopes: ['read'] }];
  await writeFile(join(folder, 'staff.yaml'), JSON.stringify({ users }));
  await writeFile(join(folder, 'keys.yaml'), JSON.stringify({ keys }));
  await writeFile(join(folder, 'things.yaml'), DOCUMENT);
  upstream = await startUpstream();
  log = testLog();
  gateway = await start();
});
afterAll(async () => {
  await gateway.close();
  await upstream.stop();
  await rm(folder, { recursive: true });
});

async function start(): Promise<StartedGateway> {
  const file = join(folder, 'gateway.yaml');
  await writeFile(
    file,
    `authentication:
  schemes: { staff: { keysFile: staff.yaml }, key: { keysFile: keys.yaml } }
  pages: [{ staff: [] }]
admin: { port: 0, authentication: [{ staff: [operate] }] }
reload: { files: 0 }
shutdown: { drain: 0, grace: 0 }
services: { things: { document: things.yaml, url: "${upstream.url}" } }
`,
  );
  return startGateway({ config: configFile(file), port: 0, host: '127.0.0.1', log });
}

describe('The pages of the gateway with authentication.pages', () => {
  it.each(['/', '/docs', '/openapi.json', '/openapi/things.json', '/explorer', '/status', '/health'])(
    'The page %s asks for credentials, and a browser can send them',
    async (path) => {
      const { url } = gateway;
      const { headers } = await request(url).get(path).expect(401);
      expect(headers['www-authenticate']).toContain('Basic realm="linkway"');
      await request(url).get(path).set('Authorization', VISITOR).expect(200);
    },
  );

  it('A wrong password is refused', async () => {
    await request(gateway.url).get('/status').set('Authorization', basic('olga', 'wrong')).expect(401);
  });

  it.each(['/health/live', '/health/ready', '/problems/not-found'])(
    'The page %s stays public',
    async (path) => {
      const { url } = gateway;
      await request(url).get(path).expect(200);
    },
  );

  it.each(['/%73tatus', '/status/', '//status', '/./status'])(
    'Another spelling of a page is no way around: %s',
    async (path) => {
      const { url } = gateway;
      const { status } = await request(url).get(path);
      expect([400, 401, 404]).toContain(status);
    },
  );
});

describe('The admin listener with admin.authentication', () => {
  it.each(['/', '/metrics', '/status', '/health', '/status/services/things/instances/1', '/nothing'])(
    'The path %s asks for the scope of operators',
    async (path) => {
      const { adminUrl = '' } = gateway;
      await request(adminUrl).get(path).expect(401);
      await request(adminUrl).get(path).set('Authorization', VISITOR).expect(403);
      const { status } = await request(adminUrl).get(path).set('Authorization', OPERATOR);
      expect([200, 303, 404]).toContain(status);
    },
  );

  it('The log says who did what to an instance, and from where', async () => {
    const { adminUrl = '' } = gateway;
    const warnings = log.warnings as Record<string, unknown>[];
    const { body } = await request(adminUrl)
      .get('/status')
      .set({ Authorization: OPERATOR, Accept: 'application/json' });
    const [{ id = '' } = {}] = body.services?.[0]?.instances ?? body._embedded?.item?.[0]?.instances ?? [];
    const path = `/status/services/things/instances/${id}/isolate`;
    await request(adminUrl).post(path).expect(401);
    await request(adminUrl).post(path).set('Authorization', VISITOR).expect(403);
    expect(warnings.filter(({ audit }) => audit)).toEqual([]);
    await request(adminUrl)
      .post(path)
      .set({ Authorization: OPERATOR, Accept: 'application/json' })
      .expect(200);
    expect(warnings.filter(({ audit }) => audit)).toEqual([
      expect.objectContaining({
        action: 'isolate',
        subject: 'olga',
        service: 'things',
        instance: id,
        address: expect.stringMatching(/127\.0\.0\.1/),
      }),
    ]);
    await request(adminUrl)
      .post(path.replace('isolate', 'reset'))
      .set({ Authorization: OPERATOR, Accept: 'application/json' })
      .expect(200);
  });
});

describe('Any value of Authorization', () => {
  const text = fc.stringMatching(/^[\x21-\x7e][\x20-\x7e]{0,60}$/);
  const value = fc.oneof(
    text,
    fc.constantFrom(
      'Bearer',
      'Basic',
      'bearer ',
      'Digest x',
      'Bearer  a  b',
      'Basic ====',
      `Bearer ${'a'.repeat(9000)}`,
    ),
    text.map((one) => `Bearer ${one}`),
    text.map((one) => `Basic ${btoa(one)}`),
    fc.base64String().map((one) => `Basic ${one}`),
    fc
      .tuple(text, text, text)
      .map((all) => `Bearer ${all.map((one) => Buffer.from(one).toString('base64url')).join('.')}`),
  );

  it('No value causes a server error, opens the operation or reaches the log', async () => {
    const { url } = gateway;
    await fc.assert(
      fc.asyncProperty(value, async (authorization) => {
        const { status, text: body } = await request(url).get('/things').set('Authorization', authorization);
        expect([400, 401, 403, 429, 431]).toContain(status);
        const [, secret = ''] = authorization.split(' ', 2);
        if (secret.length > 8) expect(body).not.toContain(secret);
        if (secret.length > 8) expect(JSON.stringify([log.written, log.warnings])).not.toContain(secret);
      }),
      { numRuns: 150 },
    );
    expect(upstream.requests).toEqual([]);
    await request(url).get('/things').set('Authorization', `Bearer ${KEY}`).expect(200);
  });
});
