import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { mergeDocuments } from '../../../src/openapi/merge/merge.ts';

const flow = (scopes: Record<string, string>, tokenUrl = 'https://idp.example/token') => ({
  type: 'oauth2',
  flows: { clientCredentials: { tokenUrl, scopes } },
});

const service = (name: string, oauth: object) => ({
  name,
  document: {
    openapi: '3.1.0',
    info: { title: name, version: '1.0.0' },
    paths: {
      [`/${name}`]: {
        get: { operationId: name, security: [{ oauth: [name] }], responses: { 200: { description: 'ok' } } },
      },
    },
    components: { securitySchemes: { oauth } },
  } as unknown as OpenAPIObject,
});

describe('OAuth schemes of several services', () => {
  it('Schemes that differ only in scopes become one with all scopes', () => {
    const { components, paths } = mergeDocuments([
      service('a', flow({ a: 'A', all: 'First' })),
      service('b', flow({ b: 'B', all: 'Second' })),
    ]);
    expect(components?.securitySchemes).toEqual({ oauth: flow({ a: 'A', all: 'First', b: 'B' }) });
    expect(paths?.['/b']?.get?.security).toEqual([{ oauth: ['b'] }]);
  });

  it('Schemes of different servers stay apart, and requirements follow their scheme', () => {
    const other = flow({ b: 'B' }, 'https://other.example/token');
    const { components, paths } = mergeDocuments([service('a', flow({ a: 'A' })), service('b', other)]);
    expect(components?.securitySchemes).toEqual({ oauth: flow({ a: 'A' }), B_oauth: other });
    expect(paths?.['/b']?.get?.security).toEqual([{ B_oauth: ['b'] }]);
  });

  it('Other schemes and malformed ones stay as they are', () => {
    const apiKey = { type: 'apiKey', in: 'header', name: 'X-Key' };
    const broken = { type: 'oauth2', flows: { clientCredentials: 'none' } };
    const { components } = mergeDocuments([service('a', apiKey), service('b', broken)]);
    expect(Object.values(components?.securitySchemes ?? {})).toContainEqual(apiKey);
  });
});
