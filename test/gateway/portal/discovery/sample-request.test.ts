import { expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { samplePath } from '../../../../src/gateway/portal/discovery/sample-request.ts';

const expand = { name: 'expand', in: 'query', schema: { type: 'array' } };
const service = (name: string, paths: object) => ({
  name,
  document: { openapi: '3.1.0', info: { title: name, version: '1.0.0' }, paths } as unknown as OpenAPIObject,
});
const list = (more: object = {}) => ({
  operationId: 'list',
  parameters: [{ ...expand, ...more }],
  responses: {},
});

it('The sample request uses the example of the document', () => {
  expect(samplePath([service('a', { '/a': { get: list({ example: ['x', 'y'] }) } })])).toBe('/a?expand=x,y');
});

it('The sample request uses relations to readable resources of other services', () => {
  const links = {
    self: { operationId: 'read' },
    cancel: { operationId: 'cancel' },
    lines: { operationId: 'read', 'x-each': '/lines' },
    owner: { operationId: 'readB' },
    peer: { operationId: 'read' },
    maker: { operationId: 'readB' },
    third: { operationId: 'readB' },
  };
  const read = { operationId: 'read', parameters: [expand], responses: { 200: { description: '', links } } };
  const a = service('a', { '/a': { get: list() }, '/a/{id}': { get: read } });
  const b = service('b', { '/b/{id}': { get: { operationId: 'readB' } } });

  expect(samplePath([a, b])).toBe('/a?expand=owner,maker');
});

it('The sample request is an entry point if nothing can be expanded, and the document without entry points', () => {
  expect(samplePath([service('a', { '/a': { get: { operationId: 'list' } } })])).toBe('/a');
  expect(samplePath([service('a', { '/a/{id}': { get: { operationId: 'read' } } })])).toBe('/openapi.json');
});
