import http, { type RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { Caller } from '../../../src/contract/caller.ts';
import { mock } from '../../../src/gateway/mock/mock.ts';
import { headersOf } from '../../../src/http/headers/raw-headers.ts';
import { identityHeaders } from '../../../src/security/identity-headers.ts';
import { document } from '../../support/gateway.ts';

const pet = {
  type: 'object',
  properties: { id: { type: 'string' }, _links: { type: 'object' } },
  example: { id: 'p1' },
};
const responses = (links = {}) => ({
  200: { description: 'ok', content: { 'application/hal+json': { schema: pet } }, links },
});
const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
const to = (operationId: string) => ({ operationId, parameters: { id: '$response.body#/id' } });
const pets = document(
  {
    '/pets/{id}': {
      parameters,
      get: { operationId: 'getPet', responses: responses({ feed: to('feedPet'), look: to('lookAtPet') }) },
    },
    '/pets/{id}/feed': {
      parameters,
      post: { operationId: 'feedPet', security: [{ oauth: ['feed'] }], responses: responses() },
    },
    '/pets/{id}/look': { parameters, get: { operationId: 'lookAtPet', responses: responses() } },
  },
  { securitySchemes: { oauth: { type: 'http', scheme: 'bearer' } } },
);

const caller = (...scopes: string[]): Caller => ({
  id: '',
  issuer: '',
  subject: 'anna',
  client: undefined,
  grants: new Map([['oauth', new Set(scopes)]]),
  expiresAt: 0,
  claims: {},
});

const start = (isEnforced: boolean): RequestListener =>
  mock(
    'pets',
    [{ name: 'pets', document: pets }],
    () => {},
    () => isEnforced,
  );

async function linksFor(listener: RequestListener, who?: Caller) {
  const { body, headers } = await request(http.createServer(listener))
    .get('/pets/p1')
    .accept('application/hal+json')
    .set(who ? headersOf(identityHeaders(who)) : {})
    .expect(200);
  return { rels: Object.keys(body._links).toSorted(), headers };
}

describe('A mock server', () => {
  it('It offers what the caller may call, and says that the response depends on the caller', async () => {
    const listener = start(true);
    const { rels, headers } = await linksFor(listener, caller('feed'));
    expect(rels).toEqual(['feed', 'look', 'self']);
    expect(headers['cache-control']).toBe('private');
    expect(headers.vary).toBe('Authorization');
    expect((await linksFor(listener, caller())).rels).toEqual(['look', 'self']);
    expect((await linksFor(listener)).rels).toEqual(['look', 'self']);
  });

  it('It offers everything where the gateway enforces nothing', async () => {
    const { rels, headers } = await linksFor(start(false));
    expect(rels).toEqual(['feed', 'look', 'self']);
    expect(headers['cache-control']).toBeUndefined();
  });
});
