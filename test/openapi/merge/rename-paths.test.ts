import { expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { renamePaths } from '../../../src/openapi/merge/rename-paths.ts';
import { dangling } from '../../support/dangling.ts';

it('Paths are renamed in order, together with the pointers to them', () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 't', version: '1.0.0' },
    paths: {
      '/a/{id}': { get: { operationId: 'a', responses: { 200: { description: 'A.' } } } },
      '/b': { $ref: '#/paths/~1a~1{id}' },
      '/c': { $ref: '#/paths/~1a~1%7Bid%7D' },
    },
  } as unknown as OpenAPIObject;
  const renamed = renamePaths('s', document, { '/a/{id}': '/z/{id}' });
  expect(Object.keys(renamed.paths ?? {})).toEqual(['/z/{id}', '/b', '/c']);
  expect(dangling(renamed)).toEqual([]);
});
