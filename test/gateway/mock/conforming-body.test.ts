/** Mock servers send only responses that their document allows, so that `responses: enforce` forwards all of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ResponseValidator } from '../../../src/gateway/conformance/response-validator.ts';
import { parseOpenApi } from '../../../src/gateway/documents/read-document.ts';
import { generate } from '../../../src/gateway/mock/generate.ts';
import { mock } from '../../../src/gateway/mock/mock.ts';
import { compileOperations } from '../../../src/gateway/operation.ts';
import { SchemaReferences } from '../../../src/gateway/validation/schema/schema-references.ts';
import { Schemas } from '../../../src/gateway/validation/schema/schemas.ts';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import type { UpstreamResponse } from '../../../src/outbound/call/upstream-response.ts';
import { CORPUS } from '../../support/corpus-folder.ts';
import { document } from '../../support/gateway.ts';

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

interface Reply {
  readonly status: number;
  readonly rawHeaders: string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A mock server, and the faults that it reports. */
async function startMock(document: OpenAPIObject) {
  const faults: DocumentFault[] = [];
  const server = http.createServer(mock('a', [{ name: 'a', document }], (fault) => faults.push(fault)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const ask = (method: string, path: string, headers: http.OutgoingHttpHeaders = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port, method, path, headers }, async (response) => {
        const body = Buffer.concat(await response.toArray());
        const { statusCode: status = 0, rawHeaders, headers } = response;
        resolve({ status, rawHeaders, headers, body });
      });
      request.on('error', reject).end();
    });
  return { ask, faults };
}

const responseOf = ({ status, rawHeaders, headers }: Reply): UpstreamResponse =>
  ({
    status,
    rawHeaders,
    header: (name: string) => headers[name]?.toString(),
  }) as unknown as UpstreamResponse;

/** Each response of each operation with its faults. */
async function faultsOf(document: OpenAPIObject): Promise<{ count: number; wrong: string[] }> {
  const { ask } = await startMock(document);
  const wrong: string[] = [];
  let count = 0;
  for (const { responses, method, path } of compileOperations({
    service: 'a',
    document,
    validatesResponses: true,
  })) {
    const codes = (responses?.statuses ?? []).map((status) => status.replaceAll(/x/gi, '0'));
    for (const code of [undefined, ...codes.filter((one) => /^[2-5]\d\d$/.test(one))]) {
      if (!responses) continue;
      const reply = await ask(
        method,
        path.replaceAll(/\{[^}]*\}/g, 'x'),
        code ? { Prefer: `code=${code}` } : {},
      );
      const judge = new ResponseValidator(responses, responseOf(reply), { method, path });
      const body = judge.needsBody ? await judge.validateBody(reply.body, Number.MAX_SAFE_INTEGER) : [];
      const faults = [...judge.validateHead(), ...(body ?? [])];
      count++;
      if (faults.length > 0) wrong.push(`${method} ${path} ${code ?? ''}: ${JSON.stringify(faults)}`);
    }
  }
  return { count, wrong };
}

const tests = () =>
  it.each(existsSync(CORPUS) ? readdirSync(CORPUS) : [''])(
    'conforms to its schemas: %s',
    async (file) => {
      const document = parseOpenApi(readFileSync(join(CORPUS, file), 'utf8'), file);
      const { count, wrong } = await faultsOf(document);
      process.stdout.write(`corpus: ${count} mocked responses of ${file}\n`);
      expect(wrong).toEqual([]);
    },
    120_000,
  );

if (existsSync(CORPUS)) describe('A mock of a third-party document', tests);
else describe.skip('Mocks of third-party documents: skipped, OPENAPI_CORPUS names no folder', tests);

const SCHEMAS: readonly object[] = [
  { type: 'integer', minimum: 3, maximum: 9, multipleOf: 4 },
  { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
  { type: 'number', minimum: 0.07, multipleOf: 0.05 },
  { type: 'integer', maximum: -5 },
  { type: 'integer', minimum: -5, exclusiveMaximum: -3 },
  { type: 'string', pattern: '^[A-Z]{2}\\d{3,5}(-[a-f]+)?$' },
  { type: 'string', pattern: '^(?:foo|bar)[^a-y\\s]$' },
  { type: 'string', pattern: '^\\p{Lu}\\w*$', minLength: 7 },
  { type: 'string', minLength: 20, maxLength: 20 },
  { type: 'string', maxLength: 2 },
  { type: 'string', format: 'uri', minLength: 60 },
  ...['date', 'time', 'date-time', 'duration', 'uuid', 'email', 'hostname', 'ipv4', 'ipv6', 'uri'].map(
    (format) => ({
      type: 'array',
      items: { type: 'string', format },
      uniqueItems: true,
      minItems: 5,
    }),
  ),
  { type: 'array', items: { type: 'integer', minimum: 2, maximum: 6 }, uniqueItems: true, minItems: 4 },
  { type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true, minItems: 3 },
  { type: 'array', items: { type: 'string', pattern: '^[ab]+$' }, uniqueItems: true, minItems: 4 },
  { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 3, uniqueItems: true },
  { type: 'array', prefixItems: [{ const: 1 }, { type: 'string' }], items: false, minItems: 2 },
  { type: 'array', contains: { const: 'x' }, minContains: 2, items: { type: 'string' } },
  { type: 'object', required: ['a', 'b'], properties: { a: { const: 1 }, c: { type: 'null' } } },
  {
    type: 'object',
    minProperties: 3,
    propertyNames: { pattern: '^x-[a-z]+$' },
    additionalProperties: { type: 'integer' },
  },
  { type: 'object', maxProperties: 1, required: ['b'], properties: { a: {}, b: {} } },
  {
    type: 'object',
    patternProperties: { '^x': { type: 'integer' } },
    required: ['xy'],
    additionalProperties: false,
  },
  {
    allOf: [
      { required: ['a'], properties: { a: { minimum: 3 } } },
      { properties: { a: { type: 'integer', maximum: 3 } } },
    ],
  },
  {
    oneOf: [
      { type: 'object', required: ['kind'], properties: { kind: { const: 'a' } } },
      { type: 'object', required: ['kind'], properties: { kind: { const: 'b' } } },
    ],
  },
  { oneOf: [{ type: 'string' }, { type: 'string', maxLength: 9 }, { type: 'integer' }] },
  {
    type: 'object',
    required: ['secret', 'id'],
    properties: { secret: { type: 'string', writeOnly: true }, id: { readOnly: true, type: 'integer' } },
  },
  { type: ['null', 'integer'], minimum: 5 },
  { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } }, required: ['next'] },
];
const components = {
  schemas: {
    Node: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'integer', minimum: 1 }, next: { $ref: '#/components/schemas/Node' } },
    },
  },
};

const respond = (media: object, more: object = {}) =>
  document(
    {
      '/a': {
        get: { responses: { 200: { description: 'ok', content: { 'application/json': media }, ...more } } },
      },
    },
    components,
  );

describe('A generated value', () => {
  it.each(SCHEMAS)('A generated value matches %j', async (schema) => {
    expect((await faultsOf(respond({ schema }))).wrong).toEqual([]);
    const root = respond({ schema });
    const references = new SchemaReferences(root as never);
    const { resource } = references.at('#');
    const check = new Schemas(root as never, () => {}, false, 'response').check(schema as never, 'all', '#');
    const tries = [0, 1, 2].flatMap((choice) =>
      [true, false].map(
        (isMinimal) => check(generate(references, schema, resource, { choice, isMinimal })).length,
      ),
    );
    expect(tries).toContain(0);
  });

  it.each([
    { type: 'string', pattern: '^((a{9999}){9999}){9999}$' },
    { type: 'string', minLength: 1e9 },
    {
      type: 'array',
      minItems: 1e9,
      items: { type: 'array', minItems: 1e9, items: { type: 'array', minItems: 1e9 } },
    },
    { type: 'object', minProperties: 1e9, additionalProperties: { type: 'object', minProperties: 1e9 } },
  ])('A generated value has a bounded size: %j', (schema) => {
    const references = new SchemaReferences({});
    const { resource } = references.at('#');
    const value = generate(references, schema, resource, { choice: 0, isMinimal: false });
    expect(JSON.stringify(value).length).toBeLessThan(1_000_000);
  });

  it('A generated value has a bounded size for any schema', () => {
    const names = Array.from({ length: 10 }, (_, index) => `p${index}`);
    const dense = Object.fromEntries(
      names.map((name) => [
        name,
        {
          type: 'object',
          required: names,
          properties: Object.fromEntries(names.map((one) => [one, { $ref: `#/components/schemas/${one}` }])),
        },
      ]),
    );
    const references = new SchemaReferences({ openapi: '3.1.0', components: { schemas: dense } });
    const { resource } = references.at('#');
    const value = generate(references, { $ref: '#/components/schemas/p0' }, resource, {
      choice: 0,
      isMinimal: false,
    });
    expect(JSON.stringify(value).length).toBeLessThan(1_000_000);
  });
});

describe('A schema without a sample', () => {
  it.each([
    ['that refers to itself', { $ref: '#/paths/~1a/get/responses/200/content/application~1json/schema' }],
    ['that is not there', undefined],
    ['that takes nothing', { not: {} }],
    ['that refers to nothing', { $ref: '#/components/schemas/Gone' }],
    ['that refers to what is no place', { type: 'array', items: { $ref: '{{' } }],
    ['of a type that there is not', { type: 'object', properties: { a: { type: 'strnig' } } }],
    ['with a part that is none', { allOf: [{ $ref: '#/nowhere' }, 7], properties: 'none' }],
  ])('A schema %s still gets a JSON value', async (_, schema) => {
    const { ask } = await startMock(respond(schema ? { schema } : {}));
    const { status, body } = await ask('GET', '/a');
    expect(status).toBe(200);
    expect(() => JSON.parse(body.toString())).not.toThrow();
  });
});

describe('An example that does not match its schema', () => {
  const schema = { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } };

  it('An example that does not match its schema is reported, and another value is sent', async () => {
    const { ask, faults } = await startMock(respond({ schema, example: { id: 'seven' } }));
    const { body } = await ask('GET', '/a');
    expect(JSON.parse(body.toString())).toEqual({ id: expect.any(Number) });
    await ask('GET', '/a');
    expect(faults).toEqual([
      {
        pointer: '#/paths/~1a/get/responses/200/content/application~1json/example',
        reason: 'is not used: it does not match its schema, /id must be integer',
      },
    ]);
  });

  it('A matching example is preferred to one that does not match', async () => {
    const examples = { broken: { value: { id: 'x' } }, whole: { value: { id: 7 } } };
    const { ask, faults } = await startMock(respond({ schema, examples }));
    expect(JSON.parse((await ask('GET', '/a')).body.toString())).toEqual({ id: 7 });
    expect(faults.map(({ pointer }) => pointer.split('/').at(-1))).toEqual(['broken']);
    const named = await ask('GET', '/a', { Prefer: 'example=broken' });
    expect(JSON.parse(named.body.toString())).toEqual({ id: expect.any(Number) });
  });

  it('A string example that contains JSON is parsed', async () => {
    const { ask, faults } = await startMock(respond({ schema, example: '{"id":7}' }));
    expect(JSON.parse((await ask('GET', '/a')).body.toString())).toEqual({ id: 7 });
    expect(faults).toEqual([]);
  });
});

describe('A response of a mock server', () => {
  it('A mock response has the required headers', async () => {
    const headers = {
      'X-Rate': { required: true, schema: { type: 'integer', minimum: 5 } },
      'X-Tags': { required: true, schema: { type: 'array', minItems: 2, items: { enum: ['a', 'b'] } } },
      'X-Bad': { required: true, example: 'many', schema: { type: 'integer' } },
      'X-Json': { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      'X-Other': { schema: { type: 'integer' } },
    };
    expect((await faultsOf(respond({ schema: {} }, { headers }))).wrong).toEqual([]);
  });

  const error = { description: '', content: { 'application/json': { schema: { type: 'object' } } } };
  const problem = { description: '', content: { 'application/problem+json': {} } };
  it.each([
    ['and there is no 406', {}, 200],
    ['and 406 is no problem', { 406: error }, 200],
    ['and every other response is no problem', { default: error }, 200],
    ['but 406 where that is a problem', { 406: problem }, 406],
    ['but 406 where any other response is a problem', { default: problem }, 406],
    ['but 406 where that may be anything', { '4XX': { description: '' } }, 406],
  ])(
    'A mock response has the first media type of the document if the client accepts none, %s',
    async (_, more, expected) => {
      const content = { 'application/json': { schema: { type: 'integer' } } };
      const { ask } = await startMock(
        document({ '/a': { get: { responses: { 200: { description: '', content }, ...more } } } }),
      );
      const { status } = await ask('GET', '/a', { Accept: 'image/png' });
      expect(status).toBe(expected);
    },
  );
});
