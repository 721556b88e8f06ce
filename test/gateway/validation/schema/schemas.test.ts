/** Common uses of JSON Schema 2020-12, at the gateway. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { parseOpenApi } from '../../../../src/gateway/documents/read-document.ts';
import type { DocumentFault } from '../../../../src/openapi/load/document-fault.ts';
import { document, startGateway } from '../../../support/gateway.ts';

const pet = (kind: string, more: object) => ({
  type: 'object',
  required: ['kind'],
  properties: { kind: { const: kind }, ...more },
});

const schemas = {
  Cat: pet('cat', { lives: { type: 'integer' } }),
  Dog: pet('dog', { breed: { type: 'string' } }),
  Node: {
    $dynamicAnchor: 'node',
    type: 'object',
    properties: { next: { $dynamicRef: '#node' }, id: { type: 'integer' } },
  },
  Named: { $anchor: 'named', type: 'string', minLength: 2 },
  // An example may look like a schema, and a property may have the name of a keyword.
  Odd: {
    type: 'object',
    properties: { $id: { type: 'string' }, $ref: { type: 'string' }, required: { type: 'boolean' } },
    examples: [{ $id: 'Odd', $anchor: 'named', $ref: '#/nowhere' }],
  },
};

const TABLE: [about: string, schema: object, good: unknown, bad: unknown][] = [
  ['const', { const: null }, null, 0],
  ['a list of types', { type: ['string', 'null'] }, null, 1],
  ['an enumeration with null', { enum: ['a', null] }, null, 'b'],
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  ['if, then and else', { if: { type: 'string' }, then: { minLength: 2 }, else: { minimum: 5 } }, 'ab', 4],
  ['dependentRequired', { dependentRequired: { card: ['name'] } }, { card: 1, name: 'x' }, { card: 1 }],
  ['prefixItems', { prefixItems: [{ type: 'string' }], items: false }, ['a'], ['a', 1]],
  ['contains', { contains: { const: 1 }, maxContains: 1 }, [1, 2], [1, 1]],
  [
    'unevaluatedProperties over allOf',
    { allOf: [{ properties: { a: {} } }], properties: { b: {} }, unevaluatedProperties: false },
    { a: 1, b: 2 },
    { a: 1, c: 2 },
  ],
  [
    'additionalProperties beside allOf',
    { allOf: [{ properties: { a: {} } }], properties: { b: {} }, additionalProperties: false },
    { b: 2 },
    { a: 1, b: 2 },
  ],
  ['a boolean schema', { properties: { a: true, b: false } }, { a: 1 }, { b: 1 }],
  ['patternProperties', { patternProperties: { '^x-': { type: 'string' } } }, { 'x-a': 'a' }, { 'x-a': 1 }],
  ['propertyNames', { propertyNames: { pattern: '^[a-z]+$' } }, { a: 1 }, { A: 1 }],
  ['money', { multipleOf: 0.01 }, 19.99, 19.999],
  [
    'uniqueItems',
    { uniqueItems: true },
    [{ a: 1 }, { a: 2 }, '{"a":1}'],
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
  ],
  ['characters, not code units', { maxLength: 1 }, '😀', 'ab'],
  ['int32', { type: 'integer', format: 'int32' }, 2147483647, 2147483648],
  ['date-time', { format: 'date-time' }, '2026-02-28T12:00:00Z', '2026-02-30T12:00:00Z'],
  ['an unknown format', { type: 'string', format: 'shoe-size' }, 'XL', 1],
  ['an anchor', { $ref: '#named' }, 'ab', 'a'],
  [
    'a discriminator with alternatives',
    {
      oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }],
      discriminator: { propertyName: 'kind', mapping: { cat: '#/components/schemas/Cat', dog: 'Dog' } },
    },
    { kind: 'cat', lives: 9 },
    { kind: 'cat', lives: 'nine' },
  ],
  [
    'a discriminator that maps to nothing',
    { $ref: '#/components/schemas/Cat', discriminator: { propertyName: 'kind', mapping: { x: 'Nowhere' } } },
    { kind: 'cat' },
    { kind: 'dog' },
  ],
  ['a dynamic reference', { $ref: '#/components/schemas/Node' }, { next: { id: 1 } }, { next: { id: 'x' } }],
  ['members called like keywords', { $ref: '#/components/schemas/Odd' }, { $ref: 'x' }, { $id: 1 }],
  ['another dialect named inside', { $schema: 'https://example.com/ours', type: 'string' }, 'a', 1],
];

describe('A body', () => {
  it.each(TABLE)('is checked by %s', async (_about, schema, good, bad) => {
    const faults: DocumentFault[] = [];
    const text = JSON.stringify({
      openapi: '3.1.0',
      jsonSchemaDialect: 'https://spec.openapis.org/oas/3.1/dialect/base',
      info: { title: 't', version: '1.0.0' },
      paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
      components: { schemas },
    });
    const { url } = await startGateway(
      { a: parseOpenApi(text, 'a.json') },
      { onFault: (_service, fault) => faults.push(fault) },
    );
    const send = (value: unknown) =>
      request(url).post('/a').set('Content-Type', 'application/json').send(JSON.stringify(value));
    expect([(await send(good)).status, (await send(bad)).status, faults]).toEqual([200, 400, []]);
  });

  it.each([
    ['two schemas', { B: { $id: 'twice', minLength: 1 }, C: { $id: 'twice', minLength: 2 } }],
    ['two examples', { B: { examples: [{ $id: 'twice' }, { $id: 'twice', a: 1 }] } }],
    ['an extension', { B: { 'x-seen': { $anchor: 'no anchor!' } } }],
    ['an address that is none', { B: { $id: 'ht tp://[' } }],
  ])('is checked if %s of others have an impossible name', async (_about, others) => {
    const schema = { $ref: '#/components/schemas/A' };
    const text = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 't', version: '1.0.0' },
      paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
      components: { schemas: { A: { type: 'string' }, ...others } },
    });
    const { url } = await startGateway({ a: parseOpenApi(text, 'a.json') });
    const send = (value: unknown) =>
      request(url).post('/a').set('Content-Type', 'application/json').send(JSON.stringify(value));
    expect([(await send('a')).status, (await send(1)).status]).toEqual([200, 400]);
  });

  it('is checked in linear time', async () => {
    const schema = { type: 'array', uniqueItems: true };
    const { url } = await startGateway({
      a: document({ '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } }),
    });
    const many = Array.from({ length: 60_000 }, (_, index) => ({ a: index }));
    const send = (value: unknown[]) =>
      request(url).post('/a').set('Content-Type', 'application/json').send(JSON.stringify(value));
    expect((await send(many)).status).toBe(200);
    expect((await send([...many, { a: 0 }])).status).toBe(400);
  });
});

describe('A value that matches two alternatives', () => {
  it('is reported as such', async () => {
    const schema = { oneOf: [{ type: 'string' }, { type: 'integer' }, { minimum: 2 }] };
    const { url } = await startGateway({
      a: document({ '/a': { post: { requestBody: { content: { 'application/json': { schema } } } } } }),
    });
    const send = (value: unknown) =>
      request(url).post('/a').set('Content-Type', 'application/json').send(JSON.stringify(value));
    expect((await send(3)).body.errors).toEqual([
      {
        in: 'body',
        pointer: '#',
        detail: 'matches two of the alternatives, 2 and 3, and must match exactly one',
      },
    ]);
    await send(1).expect(200);
  });
});
