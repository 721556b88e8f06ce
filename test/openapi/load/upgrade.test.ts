import { expect, it } from '@jest/globals';
import { parseOpenApi } from '../../../src/gateway/documents/read-document.ts';
import { upgrade, upgradeSwagger } from '../../../src/openapi/load/upgrade.ts';
import { mergeDocuments } from '../../../src/openapi/merge/merge.ts';

const document = (openapi: string, schema: object) => ({ openapi, components: { schemas: { A: schema } } });
const upgraded = (schema: object) => upgrade(document('3.0.3', schema)).components;

it('A schema of 3.0 is converted to an equivalent schema of 3.1', () => {
  expect(upgraded({ type: 'string', nullable: true, enum: ['a'] })).toEqual({
    schemas: { A: { type: ['string', 'null'], enum: ['a', null] } },
  });
  expect(upgraded({ minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false })).toEqual({
    schemas: { A: { exclusiveMinimum: 1, maximum: 9 } },
  });
  expect(upgraded({ properties: { nullable: { type: 'string', nullable: false } } })).toEqual({
    schemas: { A: { properties: { nullable: { type: 'string' } } } },
  });
});

it('Swagger 2.0 is converted to an equivalent document of 3.1', () => {
  const swagger = {
    swagger: '2.0',
    info: { title: 'Pets', version: '1.0.0' },
    host: 'pets.example',
    basePath: '/v2',
    schemes: ['https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    paths: {
      '/pets': {
        post: {
          operationId: 'addPet',
          parameters: [
            { in: 'body', name: 'pet', required: true, schema: { $ref: '#/definitions/Pet' } },
            { in: 'query', name: 'tags', type: 'array', items: { type: 'string' }, collectionFormat: 'csv' },
          ],
          responses: { 200: { description: 'Added.', schema: { $ref: '#/definitions/Pet' } } },
        },
      },
    },
    definitions: { Pet: { type: 'object', properties: { name: { type: 'string' } } } },
  };
  const pet = { schema: { $ref: '#/components/schemas/Pet' } };
  expect(upgradeSwagger(swagger, () => {})).toMatchObject({
    openapi: expect.stringMatching(/^3\.1\./),
    servers: [{ url: 'https://pets.example/v2' }],
    paths: {
      '/pets': {
        post: {
          requestBody: { required: true, content: { 'application/json': pet } },
          parameters: [
            { in: 'query', name: 'tags', style: 'form', explode: false, schema: { type: 'array' } },
          ],
          responses: { 200: { content: { 'application/json': pet } } },
        },
      },
    },
    components: { schemas: { Pet: { type: 'object' } } },
  });
});

it('A document of 3.1 is not changed', () => {
  const modern = document('3.1.0', { type: 'string', nullable: true });

  expect(upgrade(modern)).toBe(modern);
});

it('The served document has no nullable, from 3.0 and from 3.1', () => {
  const places = {
    alone: { nullable: true },
    typed: { type: 'string', nullable: true },
    not: { nullable: false },
    choice: { nullable: true, oneOf: [{ type: 'integer' }] },
    list: { items: { nullable: true, not: {} } },
    referring: { $ref: '#/components/schemas/A', nullable: true },
  };
  for (const openapi of ['3.0.3', '3.1.0']) {
    const read = parseOpenApi(
      JSON.stringify({
        openapi,
        info: { title: 't', version: '1.0.0' },
        paths: {
          '/a': {
            get: {
              parameters: [{ name: 'q', in: 'query', schema: places.choice }],
              responses: {
                200: { description: 'ok', content: { 'application/json': { schema: places.alone } } },
              },
            },
          },
        },
        components: { schemas: { A: { type: 'object', properties: places } } },
      }),
      'a.json',
    );
    expect(JSON.stringify(mergeDocuments([{ name: 'a', document: read }]))).not.toContain('"nullable"');
  }
});

it('Only descriptions beside a reference of 3.0 are preserved', () => {
  expect(
    upgraded({ $ref: '#/components/schemas/B', maxLength: 3, readOnly: true, description: 'd' }),
  ).toEqual({
    schemas: { A: { $ref: '#/components/schemas/B', description: 'd' } },
  });
});
