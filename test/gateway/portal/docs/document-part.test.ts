/** `?tag=` and `?path=`: parts of documents, each of them a complete document. */
import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import request from 'supertest';
import { parse } from 'yaml';
import { describeDocument } from '../../../support/corpus.ts';
import { dangling } from '../../../support/dangling.ts';
import { pagesApp } from '../../../support/pages-app.ts';
import { Meanings, pointed } from '../../../support/same-meaning.ts';

const ref = (name: string, section = 'schemas') => ({ $ref: `#/components/${section}/${name}` });
const body = (schema: object) => ({ content: { 'application/json': { schema } } });
const responsesWith = (schema: object, more = {}) => ({
  200: { description: 'Fine.', ...body(schema), ...more },
});

const zoo = {
  openapi: '3.1.0',
  info: { title: 'Zoo', version: '1.0.0' },
  tags: [{ name: 'Animals' }, { name: 'Visitors and guests' }, { name: 'Nobody' }],
  security: [{ key: [] }],
  paths: {
    '/animals': {
      parameters: [ref('Limit', 'parameters')],
      get: {
        operationId: 'listAnimals',
        tags: ['Animals'],
        responses: responsesWith(
          { type: 'array', items: ref('Animal') },
          {
            links: {
              visitors: { operationId: 'listVisitors' },
              one: { operationId: 'getAnimal' },
              pointed: { operationRef: '#/paths/~1visitors/get' },
              nowhere: { operationId: 'gone' },
              lost: { operationRef: '#/paths/~1gone/get' },
            },
          },
        ),
      },
      post: {
        operationId: 'addAnimal',
        tags: ['Visitors and guests'],
        requestBody: body(ref('Gift')),
        responses: { 201: { description: 'Added.' } },
      },
    },
    '/animals/{id}': {
      get: { operationId: 'getAnimal', tags: ['Animals'], responses: responsesWith(ref('Animal')) },
    },
    '/visitors': {
      get: {
        operationId: 'listVisitors',
        tags: ['Visitors and guests'],
        security: [{ oauth: ['read'] }],
        responses: responsesWith({
          type: 'object',
          properties: { name: { type: 'string' }, favourite: ref('Animal'), friend: { $ref: SELF() } },
        }),
      },
    },
    '/visitorsBook': {
      get: {
        operationId: 'readBook',
        responses: responsesWith({ $ref: SELF() }),
        callbacks: { written: { '{$request.query.url}': { post: ref('Written', 'pathItems') } } },
      },
    },
  },
  webhooks: {
    born: { post: { operationId: 'born', tags: ['Animals'], responses: { 204: { description: 'Told.' } } } },
  },
  components: {
    parameters: { Limit: { name: 'limit', in: 'query', schema: ref('Count') } },
    securitySchemes: {
      key: { type: 'apiKey', name: 'key', in: 'header' },
      oauth: { type: 'http', scheme: 'bearer' },
    },
    schemas: {
      Count: { type: 'integer' },
      Animal: {
        type: 'object',
        properties: { kind: { type: 'string' }, home: ref('Home') },
        discriminator: { propertyName: 'kind', mapping: { lion: 'Lion', ghost: 'Ghost' } },
      },
      Lion: { allOf: [ref('Animal')], properties: { mane: ref('Mane') } },
      Zebra: { allOf: [ref('Animal')] },
      Foal: { allOf: [ref('Zebra')] },
      Mane: { type: 'string' },
      Home: { type: 'object', properties: { tenants: { type: 'array', items: ref('Animal') } } },
      Ghost: { type: 'object' },
      Gift: { type: 'object' },
      Unused: { type: 'object' },
    },
  },
};

/** The schema of a visitor inside the operation that lists them. It is recursive. */
function SELF() {
  return '#/paths/~1visitors/get/responses/200/content/application~1json/schema';
}

const app = pagesApp({ services: [{ name: 'zoo', document: zoo as unknown as OpenAPIObject }] });
const get = async (path: string): Promise<OpenAPIObject> => (await request(app).get(path).expect(200)).body;
const ids = ({ paths, webhooks }: OpenAPIObject): string[] =>
  Object.values({ ...paths, ...webhooks })
    .flatMap((item) => Object.values(item as Record<string, { operationId?: string }>))
    .flatMap(({ operationId }) => operationId ?? []);

describe.each(['/openapi', '/openapi/zoo'])('%s', (name) => {
  it('A part has the operations of a tag and every component that they use', async () => {
    const part = await get(`${name}.json?tag=Animals`);

    expect(ids(part)).toEqual(['listAnimals', 'getAnimal', 'born']);
    expect(part.tags).toEqual([{ name: 'Animals' }]);
    expect(Object.keys(part.components?.schemas ?? {}).sort()).toEqual(
      ['Animal', 'Count', 'Foal', 'Ghost', 'Home', 'Lion', 'Mane', 'Zebra'].sort(),
    );
    expect(Object.keys(part.components?.securitySchemes ?? {})).toEqual(['key']);
    expect(dangling(part)).toEqual([]);
  });

  it('Referenced content of an omitted operation becomes a component', async () => {
    const part = await get(`${name}.json?tag=zoo`);

    expect(ids(part)).toEqual(['readBook']);
    expect(dangling(part)).toEqual([]);
    const whole = await get(`${name}.json`);
    const operation = '/paths/~1visitorsBook/get';
    const meanings = new Meanings(whole, part);
    expect(meanings.difference(pointed(whole, operation), pointed(part, operation))).toBeUndefined();
  });

  it('References to omitted operations lead to the whole document', async () => {
    const [part, whole] = [await get(`${name}.json?tag=Animals`), await get(`${name}.json`)];
    const links = part.paths?.['/animals']?.get?.responses?.[200].links;

    expect(Object.keys(links)).toEqual(['visitors', 'one', 'pointed']);
    expect(links.one).toEqual({ operationId: 'getAnimal' });
    for (const { operationId, operationRef } of [links.visitors, links.pointed]) {
      expect(operationId).toBeUndefined();
      expect(operationRef).toMatch(new RegExp(`^${name}\\.json#`));
      expect(pointed(whole, operationRef)).toMatchObject({ operationId: 'listVisitors' });
    }
  });

  it('Several tags are combined in any order', async () => {
    const both = await request(app).get(`${name}.json?tag=Visitors+and+guests&tag=Animals`);
    const turned = await request(app).get(`${name}.json?tag=Animals&tag=Visitors%20and%20guests&tag=Animals`);

    expect(ids(both.body)).toEqual(['listAnimals', 'addAnimal', 'getAnimal', 'listVisitors', 'born']);
    expect(turned.headers.etag).toBe(both.headers.etag);
    expect(both.body.paths['/animals'].get.responses[200].links.visitors).toEqual({
      operationId: 'listVisitors',
    });
  });

  it('A part has the operations at or below a path, or of a webhook, limited to the given tags', async () => {
    expect(ids(await get(`${name}.json?path=/animals`))).toEqual(['listAnimals', 'addAnimal', 'getAnimal']);
    expect(ids(await get(`${name}.json?path=/animals/&tag=Animals`))).toEqual(['listAnimals', 'getAnimal']);
    expect(ids(await get(`${name}.json?path=/visitors`))).toEqual(['listVisitors']);
    expect(ids(await get(`${name}.json?path=born`))).toEqual(['born']);
  });

  it('A part is the same in YAML, and supports conditional requests', async () => {
    const json = await request(app).get(`${name}.json?tag=Animals`);
    const yaml = await request(app).get(`${name}.yaml?tag=Animals`).buffer(true).expect(200);
    const whole = await request(app).get(`${name}.json`);

    expect(parse(yaml.text)).toEqual(json.body);
    expect(json.headers.etag).not.toBe(whole.headers.etag);
    await request(app)
      .get(`${name}.json?tag=Animals`)
      .set('If-None-Match', String(json.headers.etag))
      .expect(304);
  });

  it('An unknown part is a problem with the allowed values and a suggestion', async () => {
    const tags = ['Animals', 'Visitors and guests', 'zoo'];
    const ask = async (query: string) => (await request(app).get(`${name}.json?${query}`).expect(400)).body;

    const problem = await ask('tag=Animals&tag=animal');
    expect(problem).toMatchObject({
      type: '/problems/part-unknown',
      parameter: 'tag',
      value: 'animal',
      nearest: 'Animals',
    });
    expect(problem.allowed.toSorted()).toEqual(tags);
    expect(await ask('tag=Nobody')).toMatchObject({ value: 'Nobody' });
    expect(await ask('tag=')).toMatchObject({ value: '' });
    expect(await ask('tag=__proto__')).toMatchObject({ value: '__proto__' });
    expect(await ask(`tag=${'x'.repeat(9000)}`)).toMatchObject({ parameter: 'tag' });
    expect(await ask('path=/animal')).toMatchObject({ parameter: 'path', nearest: '/animals' });
    expect(await ask('tag=zoo&path=/animals')).toMatchObject({
      parameter: 'path',
      allowed: ['/visitorsBook'],
    });
  });
});

it('A part keeps methods of OpenAPI 3.2 and parent tags', async () => {
  const tree = {
    openapi: '3.2.0',
    info: { title: 'Tree', version: '1.0.0' },
    tags: [{ name: 'root' }, { name: 'leaf', parent: 'root' }, { name: 'bark', parent: 'root' }],
    paths: {
      '/leaves': {
        additionalOperations: {
          COPY: { operationId: 'copy', tags: ['leaf'], responses: { 204: { description: 'Done.' } } },
        },
        get: {
          operationId: 'leaves',
          tags: ['bark'],
          responses: { 200: { description: 'All.', links: { copy: { operationId: 'copy' } } } },
        },
      },
    },
  } as unknown as OpenAPIObject;
  const { toOpenApi31 } = await import('../../../../src/openapi/load/openapi-3-2.ts');
  const document = toOpenApi31(tree as never) as unknown as OpenAPIObject;
  const forest = request(pagesApp({ services: [{ name: 'tree', document }] }));

  const { body: leaf } = await forest.get('/openapi/tree.json?tag=leaf').expect(200);
  expect(leaf.openapi).toBe('3.2.0');
  expect(leaf.tags.map(({ name }: { name: string }) => name)).toEqual(['root', 'leaf']);
  expect(leaf.paths['/leaves']).toEqual({ additionalOperations: { COPY: expect.any(Object) } });

  const { body: bark } = await forest.get('/openapi/tree.json?tag=bark').expect(200);
  const { body: whole } = await forest.get('/openapi/tree.json');
  const { operationRef } = bark.paths['/leaves'].get.responses[200].links.copy;
  expect(pointed(whole, operationRef)).toMatchObject({ operationId: 'copy' });
});

const FILES = [
  '30-digitalocean.json',
  '31-adyen-management.json',
  '31-train-travel.json',
  '30-xero-accounting.json',
];
describe.each(FILES)('%s', (file) => {
  describeDocument(file, (document) => {
    it('The parts together equal the whole document', async () => {
      const { parseOpenApi } = await import('../../../../src/gateway/documents/read-document.ts');
      const services = [{ name: 'it', document: parseOpenApi(JSON.stringify(document()), file) }];
      const agent = request(pagesApp({ services }));
      const { body: whole } = await agent.get('/openapi.json').expect(200);
      const operations = Object.entries<Record<string, { tags?: string[] }>>(whole.paths).flatMap(
        ([path, item]) =>
          Object.entries(item).flatMap(([method, { tags }]) => (tags ? [{ path, method, tags }] : [])),
      );
      const tags = new Set(operations.flatMap((one) => one.tags));

      for (const tag of tags) {
        const { body: part } = await agent.get('/openapi.json').query({ tag }).expect(200);
        const own = operations.filter((one) => one.tags.includes(tag));
        const meanings = new Meanings(whole, part);
        for (const { path, method } of own)
          expect([
            path,
            method,
            meanings.difference(whole.paths[path][method], part.paths[path][method]),
          ]).toEqual([path, method, undefined]);
        expect(dangling(part)).toEqual([]);
        expect(Object.keys(part.paths)).toEqual([...new Set(own.map(({ path }) => path))]);
      }
      expect(tags.size).toBeGreaterThan(0);
    }, 60_000);
  });
});
