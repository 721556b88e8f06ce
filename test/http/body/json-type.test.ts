/** JSON media types, at every place that checks them. */
import { expect, it } from '@jest/globals';
import request from 'supertest';
import { liftDocuments } from '../../../src/gateway/documents/mark-lifted.ts';
import { mock } from '../../../src/gateway/mock/mock.ts';
import { isJsonType } from '../../../src/http/body/json-type.ts';
import { documentedOperations } from '../../../src/hypermedia/graph/graph-operation.ts';
import { document } from '../../support/gateway.ts';

const JSON_TYPES = ['application/json', 'application/json; charset=utf-8', 'application/vnd.a+json'];
/** RFC 7464, RFC 8142 and formats with one JSON text per line. */
const SEQUENCES = [
  'application/json-seq',
  'application/geo+json-seq',
  'application/x-ndjson',
  'application/jsonl',
  'application/json-lines',
  'application/json5',
];

const documentOf = (type: string) =>
  document({
    '/a/{id}': {
      get: {
        operationId: 'getA',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'ok',
            content: {
              [type]: {
                schema: { type: 'object', properties: { id: { type: 'string' } } },
                example: '{"id":"1"}',
              },
            },
            links: { self: { operationId: 'getA', parameters: { id: '$response.body#/id' } } },
          },
        },
      },
    },
  });

const typesOf = (type: string): string[] => {
  const [lifted] = liftDocuments([{ name: 'a', document: documentOf(type) }]);
  const response = lifted?.document.paths?.['/a/{id}']?.get?.responses?.['200'];
  return Object.keys(response?.content ?? {});
};

it.each(JSON_TYPES)('%s is JSON, whose body has a schema and links', (type) => {
  expect(isJsonType(type)).toBe(true);
  expect(documentedOperations('a', documentOf(type))[0]?.body).toBeDefined();
  expect(typesOf(type)).toContain('application/hal+json');
});

it.each(SEQUENCES)('%s is not JSON, and its body has no links', (type) => {
  expect(isJsonType(type)).toBe(false);
  expect(documentedOperations('a', documentOf(type))[0]?.body).toBeUndefined();
  expect(typesOf(type)).toEqual([type]);
});

it.each(SEQUENCES)('A mock sends an example of type %s as its text', async (type) => {
  const example = mock('a', [{ name: 'a', document: documentOf(type) }]);
  const { text, body } = await request(example).get('/a/1').buffer(true).expect(200);
  expect(text ?? body.toString()).toBe('{"id":"1"}');
});

it.each(['text/plain; a=b/json', 'application/json.x', ''])('%j is not JSON', (type) => {
  expect(isJsonType(type)).toBe(false);
});
