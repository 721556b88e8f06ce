import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { check } from '../../src/tools/check.ts';
import { startUpstream } from '../support/upstream.ts';

const broken = {
  openapi: '3.0.3',
  info: { title: 't', version: '1' },
  paths: {
    '/a/{x}': { get: { operationId: 'ax', responses: { 200: { $ref: '#/components/responses/Missing' } } } },
    '/a/{y}': { get: { operationId: 'ay', responses: {} } },
    '/b': {
      get: {
        operationId: 'b',
        parameters: [{ name: 'q', in: 'query', schema: { type: 'string', pattern: '(' } }],
        responses: {
          200: {
            description: '',
            content: { 'application/json': { schema: { type: 'object', properties: { id: {} } } } },
            links: { next: { operationId: 'nowhere' } },
          },
        },
      },
    },
  },
};

/** The documents of the samples declare security, which is not enforced without a gateway.yaml that says how. */
const withoutWarnings = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('  warning: '));

describe('linkway check', () => {
  let folder: string;
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'linkway-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('finds no faults in the documents of the project', async () => {
    const documents = readdirSync('openapi').filter((name) => /^[\w-]+\.yaml$/.test(name));
    const { isGood, lines } = await check.run(documents.map((name) => `openapi/${name}`));
    expect([isGood, withoutWarnings(lines).length]).toEqual([true, documents.length]);
    expect(lines[0]).toMatch(/^openapi\/[\w-]+\.yaml: \d+ operations, no faults$/);
  });

  it('lists operations with unenforced security, which is not a fault', async () => {
    const paths = { '/a': { get: { operationId: 'getA', responses: {} } } };
    const secured = { openapi: '3.1.0', info: { title: 't', version: '1' }, security: [{ key: [] }], paths };
    const { isGood, lines, json } = await check.run([file('secured.json', JSON.stringify(secured))]);
    expect([isGood, lines.at(-1)]).toEqual([
      true,
      expect.stringMatching(/^ {2}warning: getA declares security/),
    ]);
    expect(json).toMatchObject([{ unenforcedSecurity: ['getA'] }]);
  });

  it('lists each fault with its pointer and its effect', async () => {
    const { isGood, json } = await check.run([file('broken.json', JSON.stringify(broken))]);
    expect(isGood).toBe(false);
    const [{ faults, operations }] = json as [
      { faults: { pointer: string; reason: string }[]; operations: number },
    ];
    expect(operations).toBe(2);
    expect(faults).toEqual([
      { pointer: '#/paths/~1a~1%7By%7D/get', reason: expect.stringContaining('is served as /a/{x}') },
      {
        pointer: '#/paths/~1b/get/parameters/0/schema/pattern',
        reason: expect.stringContaining('is not checked: '),
      },
      {
        pointer: '#/paths/~1a~1%7Bx%7D/get/responses/200',
        reason: 'refers to #/components/responses/Missing, which does not exist',
      },
      { pointer: '#', reason: 'the link b.next leads to an operation that does not exist' },
    ]);
  });

  it('continues after an invalid document', async () => {
    const { lines, isGood } = await check.run([
      file('a.yaml', 'a: ['),
      '/nowhere.json',
      'openapi/gateway.yaml',
    ]);
    expect(isGood).toBe(false);
    expect(lines.filter((line) => line.includes('the gateway does not serve it: '))).toHaveLength(2);
    expect(withoutWarnings(lines).at(-1)).toMatch(
      /^ {2}#.*leads to an operation that does not exist|^openapi\/gateway\.yaml/,
    );
  });

  it('fetches a document from a URL, and retries once', async () => {
    const upstream = await startUpstream();
    let failed = false;
    upstream.respond = (_req, res) => {
      if (!failed) res.destroy();
      else
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end(JSON.stringify({ ...broken, paths: {} }));
      failed = true;
    };
    const { lines } = await check.run([`${upstream.url}/openapi.json`]);
    expect(lines).toEqual([`${upstream.url}/openapi.json: 0 operations, no faults`]);
    upstream.respond = (_req, res) => res.writeHead(404).end();
    expect((await check.run([upstream.url])).lines[1]).toMatch(
      /cannot be downloaded: the response has the status 404/,
    );
    await upstream.stop();
  });

  it('reports reserved paths, and applies a prefix', async () => {
    const paths = {
      '/': { get: { responses: {} } },
      '/a/{x}': { get: { responses: { 404: { $ref: '#/components/responses/Missing' } } } },
    };
    const place = file('reserved.json', JSON.stringify({ openapi: '3.1.0', info: broken.info, paths }));
    const { isGood, lines } = await check.run([place]);
    expect(isGood).toBe(false);
    expect(lines).toEqual([
      `${place}: 1 operation, 2 faults`,
      '  #/paths/~1 makes the document invalid: / is reserved by the gateway',
      expect.stringContaining('refers to #/components/responses/Missing'),
    ]);
    const prefixed = await check.run([place], { prefix: '/shop' });
    expect(prefixed.lines).toEqual([
      `${place}: 2 operations, 1 fault`,
      expect.stringContaining('refers to #/components/responses/Missing'),
    ]);
  });

  it('checks gateway.yaml, and says what to write instead of trustProxy', async () => {
    const config = file('gateway.yaml', 'services: {}\ntrustProxy: true\n');
    const { isGood, lines, json } = await check.run([config]);
    expect(isGood).toBe(true);
    expect(lines).toEqual([
      `${config}: no faults`,
      expect.stringMatching(/^ {2}warning: `trustProxy: true` .* `trustedProxies: \[10\.0\.0\.0\/8\]`$/),
    ]);
    expect(json).toMatchObject([{ place: config, faults: [], warnings: [expect.any(String)] }]);
  });

  it('lists the faults of gateway.yaml with their lines', async () => {
    const config = file('broken-gateway.yaml', 'services: {}\ncors: { origins: [app.example] }\nhsts: 1\n');
    const { isGood, lines } = await check.run([config]);
    expect(isGood).toBe(false);
    expect(lines).toEqual([
      `${config}: 2 faults`,
      expect.stringContaining('broken-gateway.yaml:2: cors.origins.0: expected an origin'),
      expect.stringContaining('broken-gateway.yaml:3: hsts: expected object'),
    ]);
  });

  it('lists patterns that are not checked', async () => {
    const schema = {
      type: 'object',
      properties: { a: { pattern: '(?!a)b' } },
      patternProperties: { '^(a+)\\1$': {} },
    };
    const document = {
      openapi: '3.1.0',
      info: broken.info,
      paths: {},
      components: { schemas: { A: schema } },
    };
    const { lines } = await check.run([file('patterns.json', JSON.stringify(document))]);
    expect(lines.slice(1)).toEqual([
      expect.stringContaining('#/components/schemas/A has the pattern ^(a+)\\1$, which is not checked'),
      expect.stringContaining(
        '#/components/schemas/A/properties/a has the pattern (?!a)b, which is not checked',
      ),
    ]);
  });
});
