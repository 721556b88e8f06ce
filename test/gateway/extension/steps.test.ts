/** Steps of gateway.yaml run around operations, and their errors stay inside. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { configFile } from '../../../src/config/yaml/gateway-yaml.ts';
import { type StartedGateway, startGateway } from '../../../src/gateway/start.ts';
import { testLog } from '../../support/log.ts';
import { stepText } from '../../support/step-text.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface System {
  readonly gateway: StartedGateway;
  readonly upstream: TestUpstream;
  readonly folder: string;
  readonly log: ReturnType<typeof testLog>;
  /** Writes a file next to gateway.yaml. */
  write(name: string, text: string): void;
  writeSteps(yaml: string): void;
}

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: {
    '/pets': {
      get: { operationId: 'listPets', 'x-team': 'blue', responses: { 200: { description: 'ok' } } },
    },
    '/cats': { get: { operationId: 'listCats', responses: { 200: { description: 'ok' } } } },
  },
};

/** @param files by name; `steps` is YAML */
async function system(steps: string, files: Readonly<Record<string, string>> = {}): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'steps-'));
  open.push(() => rmSync(folder, { recursive: true, force: true }));
  const upstream = await startUpstream((_req, res) =>
    res.writeHead(200, { 'X-Old': 'a', 'X-Gone': 'b' }).end('pets'),
  );
  open.push(upstream.stop);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const writeSteps = (yaml: string) =>
    write(
      'gateway.yaml',
      `services: { pets: { document: pets.json, url: "${upstream.url}", unknownQuery: pass } }
reload: { files: 0, urls: 0 }
shutdown: { drain: 0, grace: 0 }
steps: ${yaml}
`,
    );
  write('pets.json', JSON.stringify(DOCUMENT));
  for (const [name, text] of Object.entries(files)) write(name, text);
  writeSteps(steps);
  const log = testLog();
  const gateway = await startGateway({
    config: configFile(join(folder, 'gateway.yaml')),
    port: 0,
    host: '127.0.0.1',
    log,
  });
  open.push(() => gateway.close());
  return { gateway, upstream, folder, log, write, writeSteps };
}

describe('A step', () => {
  it('A step sees the operation, its document entry and the caller, and changes the request', async () => {
    const { gateway, upstream } = await system('[{ file: ./a.ts, options: { value: v } }]', {
      'a.ts': stepText(`{
        before(request) {
          request.setHeader('X-Seen', JSON.stringify([
            request.method, request.target, request.operation.operationId, request.operation.definition['x-team'],
            request.caller === undefined, request.isPart, request.headers['x-in'], options.value,
          ]));
          request.removeHeader('X-In');
          request.setQuery('a', 'ü&');
        },
      }`),
    });
    await request(gateway.url).get('/pets?a=1&b=%32').set('X-In', 'in').expect(200);
    const [seen] = upstream.requests;
    expect(JSON.parse(String(seen?.headers['x-seen']))).toEqual([
      'GET',
      '/pets?a=1&b=%32',
      'listPets',
      'blue',
      true,
      false,
      'in',
      'v',
    ]);
    expect(seen?.headers).not.toHaveProperty('x-in');
    expect(seen?.url).toBe('/pets?b=%32&a=%C3%BC%26');
  });

  it('A step changes the head of the response', async () => {
    const { gateway } = await system('[./a.ts]', {
      'a.ts': stepText(`{
        async after(response, request) {
          response.setHeader('X-New', request.operation.operationId + response.status + response.headers['x-old']);
          response.removeHeader('x-gone');
        },
      }`),
    });
    const { headers, text } = await request(gateway.url).get('/pets').buffer(true).expect(200);
    expect(headers['x-new']).toBe('listPets200a');
    expect(headers).not.toHaveProperty('x-gone');
    expect(text).toBe('pets');
  });

  it('A step refuses a request with a problem', async () => {
    const { gateway, upstream } = await system('[./a.ts]', {
      'a.ts': stepText(`{ before() { throw new Problem(stepRefused, 'Closed on Sundays.'); } }`),
    });
    const { body } = await request(gateway.url).get('/pets').expect(403);
    expect(body).toMatchObject({ type: '/problems/step-refused', detail: 'Closed on Sundays.' });
    expect(upstream.requests).toEqual([]);
  });

  it('A step replaces a response with a problem', async () => {
    const { gateway } = await system('[./a.ts]', {
      'a.ts': stepText(`{ after() { throw new Problem(stepRefused, 'Secret.'); } }`),
    });
    await request(gateway.url).get('/pets').expect(403);
  });

  it('Steps run in their order, each only for its operations', async () => {
    const append = (letter: string) =>
      stepText(`{ before(r) { r.setHeader('X-Order', (r.headers['x-order'] ?? '') + '${letter}'); } }`);
    const { gateway, upstream } = await system('[./a.ts, { file: ./b.ts, operations: [listCats] }, ./c.ts]', {
      'a.ts': append('a'),
      'b.ts': append('b'),
      'c.ts': append('c'),
    });
    await request(gateway.url).get('/pets').expect(200);
    await request(gateway.url).get('/cats').expect(200);
    expect(upstream.requests.map(({ headers }) => headers['x-order'])).toEqual(['ac', 'abc']);
  });
});

describe('A step that would never run', () => {
  it.each([
    [
      'an unknown operation',
      '{ file: ./a.ts, operations: [listCat] }',
      'steps.0.operations.0: there is no operation "listCat"; did you mean listCats?',
    ],
    [
      'an unknown service',
      '{ file: ./a.ts, services: [pet] }',
      'steps.0.services.0: there is no service "pet"; did you mean pets?',
    ],
    [
      'a header that cannot be changed',
      '{ transform: { request: { headers: { set: { Host: x } } } } }',
      'steps.0.transform: the header Host cannot be changed',
    ],
  ])('The gateway does not start with %s', async (_name, step, message) => {
    await expect(system(`[${step}]`, { 'a.ts': stepText('{}') })).rejects.toThrow(message);
  });
});

describe('A step that fails', () => {
  it.each([
    ['throws before the operation', `{ before() { throw new Error('secret') } }`, 0],
    ['rejects before the operation', `{ async before() { throw new Error('secret') } }`, 0],
    ['throws nothing useful', `{ before() { throw undefined } }`, 0],
    ['throws after the operation', `{ after() { throw new Error('secret') } }`, 1],
    ['sets a header that cannot be sent', `{ before(r) { r.setHeader('X-A', 'secret\\r\\nX-B: c') } }`, 0],
    [
      'changes the framing of the request',
      `{ before(r) { r.setHeader('Transfer-Encoding', 'chunked') } }`,
      0,
    ],
    ['changes the framing of the response', `{ after(r) { r.removeHeader('Content-Length') } }`, 1],
  ])('A step that %s costs one request, and tells the client nothing', async (_title, body, calls) => {
    const { gateway, upstream } = await system('[{ file: ./a.ts, operations: [listPets] }]', {
      'a.ts': stepText(body),
    });
    const response = await request(gateway.url).get('/pets').expect(500);
    expect(response.body.type).toBe('/problems/step-failed');
    expect(response.text).not.toContain('secret');
    expect(upstream.requests.length).toBe(calls);
    await request(gateway.url).get('/cats').expect(200);
  });

  it('A step that never ends is given up, and told by its signal', async () => {
    const { gateway } = await system('[{ file: ./a.ts, timeout: 20ms }]', {
      'a.ts': stepText(
        `{ before: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))) }`,
      ),
    });
    await request(gateway.url).get('/pets').expect(500);
  });
});

it('A gateway does not start with a step that does not exist', async () => {
  await expect(system('[./missing.ts]')).rejects.toThrow('steps: ./missing.ts cannot be read');
});

describe('Transformations', () => {
  it('Headers and query parameters are set, removed and renamed', async () => {
    const { gateway, upstream } = await system(`
  - transform:
      request:
        headers: { set: { X-Env: prod }, remove: [X-Debug], rename: { X-From: X-To } }
        query: { set: { page: "1" }, remove: [debug], rename: { q: search } }
      response: { headers: { set: { X-Env: prod }, remove: [X-Gone], rename: { X-Old: X-New } } }`);
    const { headers } = await request(gateway.url)
      .get('/pets?q=a%20b&debug=1&page=9&x=%41')
      .set({ 'X-Debug': '1', 'X-From': 'f', 'X-Env': 'test' })
      .expect(200);
    const [seen] = upstream.requests;
    expect(seen?.url).toBe('/pets?search=a%20b&x=%41&page=1');
    expect(seen?.headers).toMatchObject({ 'x-env': 'prod', 'x-to': 'f' });
    expect(seen?.headers).not.toHaveProperty('x-debug');
    expect(headers).toMatchObject({ 'x-env': 'prod', 'x-new': 'a' });
    expect(headers).not.toHaveProperty('x-gone');
  });

  it('A step that returns the promise of another library is awaited', async () => {
    const later = 'then(resolve, reject) { setTimeout(reject, 0, new Problem(stepRefused, "No.")); }';
    const { gateway, upstream } = await system('[./a.ts]', {
      'a.ts': stepText(`{ before: () => ({ ${later} }) }`),
    });
    await request(gateway.url).get('/pets').expect(403);
    expect(upstream.requests).toEqual([]);
  });

  it.each(['Content-Length', 'Connection', 'Host', 'Transfer-Encoding'])(
    'A transformation of %s is a configuration error',
    async (name) => {
      await expect(
        system(`[{ transform: { request: { headers: { remove: [${name}] } } } }]`),
      ).rejects.toThrow(`the header ${name} cannot be changed`);
    },
  );
});
