/** A path template matches the same paths in a service as in the gateway. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { defineContract } from '../../src/contract/contract.ts';
import { contractDocument } from '../../src/contract/document/document.ts';
import { type Operation, operation } from '../../src/contract/operation.ts';
import { z } from '../../src/contract/schema.ts';
import { compileOperations } from '../../src/gateway/operation.ts';
import { createRouter } from '../../src/gateway/routing/router.ts';
import { formats } from '../../src/hypermedia/formats/index.ts';
import { createLog } from '../../src/observability/log.ts';
import { createService } from '../../src/service/app.ts';
import { memoryKeys } from '../support/keys.ts';
import { lampService } from '../support/lamps.ts';

const namesIn = (path: string) => [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);

const contractOf = (...templates: readonly string[]) =>
  defineContract({
    service: 'things',
    title: 'Things',
    description: 'All kinds of paths.',
    version: '1.0.0',
    operations: templates.map((template, index) => {
      const [method = '', path = ''] = template.split(' ');
      return operation({
        operationId: `operation${index}`,
        method: method.toLowerCase() as 'get' | 'post',
        path,
        params: z.object(Object.fromEntries(namesIn(path).map((name) => [name, z.string()]))),
        summary: template,
        responses: { 200: { description: 'ok', body: z.object({}) } },
      }) as Operation;
    }),
  });

interface Found {
  readonly status: number;
  readonly template?: string | undefined;
  readonly params?: Record<string, string>;
}

async function inService(templates: readonly string[], method: string, path: string): Promise<Found> {
  const contract = contractOf(...templates);
  const handlers = Object.fromEntries(
    contract.operations.map(({ operationId, summary }) => [
      operationId,
      async ({ params }: { params: unknown }) => ({ status: 200, body: { template: summary, params } }),
    ]),
  );
  const app = createService({
    contract,
    handlers: handlers as never,
    getJson: async () => ({ status: 200, body: {} }),
    keys: memoryKeys(),
    log: createLog({ level: 'silent' }),
  });
  const { status, body } = await request(app)[method.toLowerCase() as 'get'](path);
  return status === 200 ? { status, ...body } : { status };
}

function inGateway(templates: readonly string[], method: string, path: string): Found {
  const document = contractDocument(contractOf(...templates), formats);
  const router = createRouter(compileOperations({ service: 'things', document }));
  try {
    const found = router.find(method, path);
    if (found === undefined) return { status: router.allowed(path).length > 0 ? 405 : 404 };
    const params = [...found.params].map(([name, value]) => [name, decodeURIComponent(value)]);
    return {
      status: 200,
      template: `${found.operation.method} ${found.operation.path}`,
      params: Object.fromEntries(params),
    };
  } catch (error) {
    return { status: (error as { status: number }).status };
  }
}

const ALL = [
  'GET /items:search',
  'GET /items/{id}:cancel',
  'GET /items/{id}',
  'GET /things/{thing-id}',
  'GET /things/{thing-id}/parts/{part.no}',
  'GET /sum(of={a},{b})',
  'GET /a+b',
  'GET /a*b',
  'GET /wow!',
  'GET /größe/{id}',
  'GET /sp%20ace/{id}',
  'GET /files/{name}.{ext}',
  'GET /files/{name}',
  'GET /files/readme',
  'POST /files/{name}',
  'GET /$metadata',
  "GET /quote'd",
  'GET /at@home;v=1,2&c',
  'GET /[brackets]',
  'GET /x|y^z`"<>',
  'GET /end/',
  'GET /__proto__/{constructor}',
];

describe.each([
  ['the gateway', async (...given: Parameters<typeof inGateway>) => inGateway(...given)],
  ['a service', inService],
] as const)('a path template in %s', (_, find) => {
  it.each([
    ['/items:search', 'GET /items:search', {}],
    ['/items%3Asearch', 'GET /items:search', {}],
    ['/items/7:cancel', 'GET /items/{id}:cancel', { id: '7' }],
    ['/items/7', 'GET /items/{id}', { id: '7' }],
    ['/items/7:other', 'GET /items/{id}', { id: '7:other' }],
    ['/items/a%2Fb', 'GET /items/{id}', { id: 'a/b' }],
    ['/items/a%252Fb', 'GET /items/{id}', { id: 'a%2Fb' }],
    ['/items/%C3%A9%20+', 'GET /items/{id}', { id: 'é +' }],
    ['/items/__proto__', 'GET /items/{id}', { id: '__proto__' }],
    ['/things/7', 'GET /things/{thing-id}', { 'thing-id': '7' }],
    ['/things/7/parts/8', 'GET /things/{thing-id}/parts/{part.no}', { 'thing-id': '7', 'part.no': '8' }],
    ['/sum(of=1,2)', 'GET /sum(of={a},{b})', { a: '1', b: '2' }],
    ['/sum%28of=1,2%29', 'GET /sum(of={a},{b})', { a: '1', b: '2' }],
    ['/a+b', 'GET /a+b', {}],
    ['/a*b', 'GET /a*b', {}],
    ['/wow!', 'GET /wow!', {}],
    ['/gr%C3%B6%C3%9Fe/7', 'GET /größe/{id}', { id: '7' }],
    ['/sp%20ace/7', 'GET /sp%20ace/{id}', { id: '7' }],
    ['/files/a.b.c', 'GET /files/{name}.{ext}', { name: 'a', ext: 'b.c' }],
    ['/files/a%2Eb.c', 'GET /files/{name}.{ext}', { name: 'a.b', ext: 'c' }],
    ['/files/a', 'GET /files/{name}', { name: 'a' }],
    ['/files/readme', 'GET /files/readme', {}],
    ['/$metadata', 'GET /$metadata', {}],
    ["/quote'd", "GET /quote'd", {}],
    ['/at@home;v=1,2&c', 'GET /at@home;v=1,2&c', {}],
    ['/%5Bbrackets%5D', 'GET /[brackets]', {}],
    ['/x%7Cy%5Ez%60%22%3C%3E', 'GET /x|y^z`"<>', {}],
    ['/end/', 'GET /end/', {}],
    ['/__proto__/x', 'GET /__proto__/{constructor}', { constructor: 'x' }],
  ])('GET %s is routed to %s', async (path, template, params) => {
    expect(await find(ALL, 'GET', path)).toEqual({ status: 200, template, params });
  });

  it.each([
    ['GET', '/items:other', 404],
    ['GET', '/itemsX', 404],
    ['GET', '/items/', 404],
    ['GET', '/items/7/', 404],
    ['GET', '/Items/7', 404],
    ['GET', '/aXXb', 404],
    ['GET', '/aab', 404],
    ['GET', '/ab', 404],
    ['GET', '/end', 404],
    ['GET', '/files/.', 400],
    ['GET', '/items/%2E%2E', 400],
    ['GET', '/items/%', 400],
    ['GET', '/items/%FF', 400],
    ['GET', '/items/%00', 400],
    ['POST', '/items/7', 405],
  ])('%s %s is refused with %d', async (method, path, status) => {
    expect(await find(ALL, method, path)).toEqual({ status });
  });

  it('A templated path is used where the fixed path does not have the method', async () => {
    expect(await find(ALL, 'POST', '/files/readme')).toMatchObject({ template: 'POST /files/{name}' });
  });
});

describe('Routes of a service', () => {
  const allow = async (method: 'options' | 'put', path: string) => {
    const app = createService({
      contract: contractOf(...ALL),
      handlers: {},
      getJson: async () => ({ status: 200, body: {} }),
      keys: memoryKeys(),
      log: createLog({ level: 'silent' }),
    });
    const { status, headers } = await request(app)[method](path);
    return [status, headers.allow];
  };

  it('Allow has the methods of all templates that match a path', async () => {
    expect(await allow('options', '/files/readme')).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
    expect(await allow('put', '/files/readme')).toEqual([405, 'GET, POST, HEAD, OPTIONS']);
    expect(await allow('options', '/nowhere')).toEqual([404, undefined]);
  });

  it.each([
    [['GET /a/{b}', 'GET /a/{c}'], 'things: operation1: GET /a/{c} is already used by operation0'],
    [['GET /caf%C3%A9', 'GET /café'], 'things: operation1: GET /café is already used by operation0'],
    [['GET /a?b=c'], 'things: operation0: no request can match /a?b=c: it contains a query or a fragment'],
    [['GET /a/../b'], 'things: operation0: no request can match /a/../b'],
  ])('The start fails with the routes %j', async (templates, message) => {
    await expect(inService(templates, 'GET', '/')).rejects.toThrow(message);
  });
});

it('OPTIONS lists the methods of a path without caching, and patch types only with PATCH', async () => {
  const app = lampService();
  const { headers } = await request(app).options('/lamps/l1').expect(204);
  expect(headers).toMatchObject({ allow: 'GET, PUT, DELETE, HEAD, OPTIONS', 'cache-control': 'no-cache' });
  expect(headers).not.toHaveProperty('accept-patch');
  await request(app).options('/lamp').expect(404);
  const refused = await request(app).post('/lamps/l1').expect(405);
  expect(refused.headers.allow).toBe('GET, PUT, DELETE, HEAD, OPTIONS');
});
