import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { libraryProblems } from '../../../src/contract/problems.ts';
import { mergeDocuments } from '../../../src/openapi/merge/merge.ts';
import { dangling } from '../../support/dangling.ts';

type Parts = Partial<Omit<OpenAPIObject, 'info'>> & Record<string, unknown>;

const service = (name: string, parts: Parts) => ({
  name,
  document: {
    openapi: '3.1.0',
    info: { title: `The ${name}`, version: '1.2.3', description: `All ${name}.` },
    ...parts,
  } as OpenAPIObject,
});

const ok = { 200: { description: 'Fine.' } };
const get = (operationId: string, more: object = {}) => ({ get: { operationId, responses: ok, ...more } });
const returning = (schema: string) => ({
  responses: {
    200: {
      description: 'Fine.',
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
    },
  },
});
const ref = (schema: string) => ({ $ref: `#/components/schemas/${schema}` });
// biome-ignore lint/suspicious/noExplicitAny: a test reads into documents as deep as it likes
const merge = (...services: ReturnType<typeof service>[]): any => mergeDocuments(services);

describe('A merge of documents', () => {
  it("puts every path under one server, and adds the service and the gateway's responses to each operation", () => {
    const merged = merge(
      service('orders', {
        paths: { '/orders': get('listOrders') },
        servers: [{ url: 'http://10.0.0.1:8083' }],
      }),
      service('consumers', { paths: { '/consumers': get('listConsumers') } }),
    );

    expect(Object.keys(merged.paths)).toEqual(['/orders', '/consumers']);
    expect(merged.servers).toEqual([{ url: '/' }]);
    expect(merged.paths['/orders'].get).toMatchObject({ 'x-linkway-service': 'orders', tags: ['orders'] });
    expect(Object.keys(merged.paths['/orders'].get.responses)).toEqual(['200', '502', '503', '504']);
    expect(merged.tags).toEqual([
      { name: 'orders', description: 'All orders.' },
      { name: 'consumers', description: 'All consumers.' },
    ]);
    expect(JSON.stringify(merged)).not.toContain('10.0.0.1');
    expect(dangling(merged)).toEqual([]);
  });

  it('keeps the responses that an operation declares', () => {
    const own = { 503: { description: 'Closed on Mondays.' } };
    const merged = merge(
      service('shop', {
        paths: { '/a': get('a', { responses: own }), '/b': get('b', { responses: { '5XX': {} } }) },
      }),
    );

    expect(merged.paths['/a'].get.responses[503]).toEqual(own[503]);
    expect(Object.keys(merged.paths['/b'].get.responses)).toEqual(['5XX']);
  });

  it('shares equal components, and renames different ones with all references to them', () => {
    const order = { type: 'object', properties: { price: ref('Money'), $ref: { type: 'string' } } };
    const parts = (id: string, money: object): Parts => ({
      paths: { [`/${id}`]: get(id, returning('Order')) },
      components: { schemas: { Money: money, Order: order, Same: { type: 'string' } } } as never,
    });
    const merged = merge(
      service('a', parts('a', { type: 'integer' })),
      service('food-court', parts('b', { type: 'number' })),
      service('c', parts('c', { type: 'number' })),
    );
    const responseSchemaOf = (path: string) =>
      merged.paths[path].get.responses[200].content['application/json'].schema.$ref;

    expect(Object.keys(merged.components.schemas)).toEqual([
      'Money',
      'Order',
      'Same',
      'FoodCourt_Money',
      'FoodCourt_Order',
    ]);
    expect(responseSchemaOf('/a')).toBe('#/components/schemas/Order');
    expect([responseSchemaOf('/b'), responseSchemaOf('/c')]).toEqual(
      Array(2).fill('#/components/schemas/FoodCourt_Order'),
    );
    expect(merged.components.schemas.FoodCourt_Order.properties).toEqual({
      price: ref('FoodCourt_Money'),
      $ref: { type: 'string' },
    });
    expect(dangling(merged)).toEqual([]);
  });

  it('distinguishes cycles of components as a unit', () => {
    const parts = (id: string, leaf: string): Parts => ({
      paths: { [`/${id}`]: get(id, returning('Tree')) },
      components: {
        schemas: {
          Tree: { properties: { branches: { items: ref('Branch') } } },
          Branch: { properties: { tree: ref('Tree'), leaf: ref('Leaf') } },
          Leaf: { type: leaf },
        },
      } as never,
    });
    const equal = merge(service('a', parts('a', 'string')), service('b', parts('b', 'string')));
    const different = merge(service('a', parts('a', 'string')), service('b', parts('b', 'number')));

    expect(Object.keys(equal.components.schemas)).toHaveLength(3);
    expect(Object.keys(different.components.schemas)).toHaveLength(6);
    expect(different.components.schemas.B_Tree.properties.branches.items).toEqual(ref('B_Branch'));
    expect(dangling(different)).toEqual([]);
  });

  it('keeps examples and extensions unchanged', () => {
    const data = { $ref: '#/components/schemas/Money', discriminator: { mapping: { x: 'Money' } } };
    const parts = (type: string): Parts => ({
      components: {
        schemas: { Money: { type, examples: [data], 'x-note': data } },
        examples: { Sample: { value: data } },
      } as never,
    });
    const merged = merge(service('a', parts('string')), service('b', parts('number')));

    expect(merged.components.schemas.B_Money).toEqual({ type: 'number', examples: [data], 'x-note': data });
    expect(merged.components.examples.Sample.value).toEqual(data);
  });

  it('renames every kind of component, and follows references into them', () => {
    const parts = (id: string): Parts => ({
      paths: {
        [`/${id}`]: {
          post: {
            operationId: id,
            parameters: [{ $ref: '#/components/parameters/Page' }],
            requestBody: { $ref: '#/components/requestBodies/Body' },
            responses: { 200: { $ref: '#/components/responses/Done' } },
            callbacks: { done: { $ref: '#/components/callbacks/Done' } },
          },
        },
        [`/${id}/item`]: { $ref: '#/components/pathItems/Item' },
      },
      components: {
        schemas: { Thing: { properties: { a: { const: id } } } },
        parameters: { Page: { name: 'page', in: 'query', schema: { const: id } } },
        requestBodies: { Body: { content: { 'text/plain': { schema: ref('Thing/properties/a') } } } },
        headers: { Age: { schema: { const: id } } },
        examples: { Sample: { value: id } },
        links: { self: { operationId: id } },
        responses: {
          Done: {
            description: id,
            headers: { Age: { $ref: '#/components/headers/Age' } },
            content: { 'a/b': { examples: { one: { $ref: '#/components/examples/Sample' } } } },
            links: { self: { $ref: '#/components/links/self' } },
          },
        },
        callbacks: {
          Done: { '{$request.body#/url}': { post: { responses: { 200: { description: id } } } } },
        },
        pathItems: { Item: get(`${id}Item`) },
      } as never,
    });
    const merged = merge(service('a', parts('a')), service('b', parts('b')));

    for (const section of Object.keys(parts('b').components ?? {}))
      expect(Object.keys(merged.components[section])).toEqual(
        expect.arrayContaining([expect.stringMatching(/^B_/)]),
      );
    expect(merged.components.requestBodies.B_Body.content['text/plain'].schema).toEqual(
      ref('B_Thing/properties/a'),
    );
    expect(Object.keys(merged.components.pathItems.B_Item.get.responses)).toContain('503');
    expect(dangling(merged)).toEqual([]);
  });

  it('keeps the meaning of discriminators', () => {
    const parts = (id: string, dog: object): Parts => ({
      paths: { [`/${id}`]: get(id, returning('Pet')) },
      components: {
        schemas: {
          Cat: { type: 'object' },
          Dog: dog,
          Pet: {
            oneOf: [ref('Cat'), ref('Dog')],
            discriminator: { propertyName: 'kind', mapping: { puppy: ref('Dog').$ref, whelp: 'Dog' } },
          },
          Animal: { discriminator: { propertyName: 'kind' } },
          Horse: { allOf: [ref('Animal'), { const: id }] },
        },
      } as never,
    });
    const { components } = merge(
      service('a', parts('a', { type: 'object' })),
      service('b', parts('b', { type: 'object', required: ['bark'] })),
    );

    expect(components.schemas.B_Pet.discriminator.mapping).toEqual({
      puppy: '#/components/schemas/B_Dog',
      whelp: 'B_Dog',
      Dog: '#/components/schemas/B_Dog',
    });
    expect(components.schemas.B_Animal.discriminator.mapping.Horse).toBe('#/components/schemas/B_Horse');
    expect(components.schemas.Pet.discriminator.mapping).not.toHaveProperty('Dog');
  });

  it('keeps the security of each document', () => {
    const parts = (id: string, name: string): Parts => ({
      security: [{ key: [] }],
      paths: { [`/${id}`]: get(id), [`/${id}/open`]: get(`${id}Open`, { security: [] }) },
      components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name } } },
    });
    const merged = merge(
      service('a', parts('a', 'X-A')),
      service('b', parts('b', 'X-B')),
      service('c', { paths: { '/c': get('c') } }),
    );

    expect(merged.security).toBeUndefined();
    expect(merged.paths['/a'].get.security).toEqual([{ key: [] }]);
    expect(merged.paths['/b'].get.security).toEqual([{ B_key: [] }]);
    expect(merged.paths['/b/open'].get.security).toEqual([]);
    expect(merged.paths['/c'].get.security).toBeUndefined();
  });

  it('renames colliding operation ids with their links, also across documents', () => {
    const linked = (id: string, to: string) =>
      get(id, {
        responses: {
          200: { description: '', links: { next: { operationId: to }, gone: { operationId: 'gone' } } },
        },
      });
    const merged = merge(
      service('a', { paths: { '/a': linked('find', 'find'), '/a/far': linked('far', 'onlyB') } }),
      service('b', { paths: { '/b': linked('find', 'find'), '/b/only': linked('onlyB', 'far') } }),
    );
    const next = (path: string) => merged.paths[path].get.responses[200].links;

    expect(merged.paths['/b'].get.operationId).toBe('B_find');
    expect(next('/a')).toEqual({ next: { operationId: 'find' } });
    expect(next('/b')).toEqual({ next: { operationId: 'B_find' } });
    expect(next('/a/far')).toEqual({ next: { operationId: 'onlyB' } });
    expect(dangling(merged)).toEqual([]);
  });

  it('lets two services own different methods of one path', () => {
    const parameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } });
    const merged = merge(
      service('a', {
        paths: { '/x/{id}': { ...get('readX'), parameters: [parameter('id')], summary: 'A' } } as never,
      }),
      service('b', {
        paths: {
          '/x/{id}': {
            put: { operationId: 'writeX', responses: ok },
            parameters: [parameter('id')],
            summary: 'B',
          },
        } as never,
      }),
    );

    expect(merged.paths['/x/{id}']).toMatchObject({
      parameters: [parameter('id')],
      get: { summary: 'A', 'x-linkway-service': 'a' },
      put: { summary: 'B', 'x-linkway-service': 'b' },
    });
  });

  it('rejects an operation in two documents and a reserved path, by name', () => {
    const one = service('orders', { paths: { '/orders/{id}': get('a') } });

    expect(() => merge(one, service('kitchen', { paths: { '/orders/{orderId}': get('b') } }))).toThrow(
      'GET /orders/{orderId} is in the documents of both orders (as /orders/{id}) and kitchen',
    );
    expect(() => merge(service('kitchen', { paths: { '/status/now': get('b') } }))).toThrow(
      /^kitchen: the path \/status\/now is reserved/,
    );
  });

  it('keeps webhooks, tags, problem types and the metadata of documents', () => {
    const parts = (text: string): Parts => ({
      tags: [{ name: 'health', description: text }],
      paths: { [`/${text}`]: get(text, { tags: ['health'] }) },
      webhooks: { placed: { post: { responses: ok, description: text } } },
      components: { 'x-problems': { [text]: { status: 409, title: text, meaning: text, remedy: text } } },
      'x-logo': text,
    });
    const merged = merge(service('a', parts('one')), service('b', parts('two')));

    expect(merged.tags.slice(0, 2)).toEqual([
      { name: 'health', description: 'one' },
      { name: 'a', description: 'All a.' },
    ]);
    expect(merged.paths['/two'].get.tags).toEqual(['B_health']);
    expect(Object.keys(merged.webhooks)).toEqual(['placed', 'B_placed']);
    expect(merged.components['x-problems']).toMatchObject({ one: {}, two: {}, 'not-found': { status: 404 } });
    expect(merged['x-linkway-services'].b).toMatchObject({ 'x-logo': 'two', info: { version: '1.2.3' } });
  });

  it("keeps the library's problem types, even if a service uses their codes", () => {
    const theirs = { status: 418, title: 'Mine', meaning: 'Mine', remedy: 'Mine' };
    const components = { 'x-problems': { 'not-found': theirs, zzz: theirs, 'a-first': theirs } };
    const merged = merge(service('a', { components }), service('b', { components }));
    const { 'not-found': notFound, zzz } = merged.components['x-problems'];
    expect(notFound).toEqual({ ...libraryProblems.get('not-found'), code: undefined });
    expect(zzz).toEqual(theirs);
  });

  it('accepts documents with nulls and oddities', () => {
    const odd = {
      paths: {
        '/odd': { get: null, post: { responses: null, parameters: [null], requestBody: null } },
        '/n': null,
      },
      components: { schemas: { A: null, B: true, constructor: { items: [null] } }, responses: null },
      tags: null,
    };
    const merged = merge(service('a', odd as never), service('b', { ...odd, paths: {} } as never));

    expect(Object.keys(merged.components.schemas)).toEqual(['A', 'B', 'constructor']);
    expect(merged.paths['/odd'].post.parameters).toEqual([null]);
  });

  it('is deterministic and does not change its input', () => {
    const services = [
      service('a', { paths: { '/a': get('a') }, components: { schemas: { A: { type: 'string' } } } }),
      service('b', { paths: { '/b': get('a') }, components: { schemas: { A: { type: 'null' } } } }),
    ];
    const before = JSON.stringify(services);

    expect(JSON.stringify(merge(...services))).toBe(JSON.stringify(merge(...services)));
    expect(JSON.stringify(services)).toBe(before);
  });

  it('removes broken references of every kind', () => {
    const nowhere = { $ref: '#/components/x/nope' };
    const { paths, components } = merge({
      name: 'a',
      document: {
        openapi: '3.1.0',
        info: { title: 'a', version: '1.0.0' },
        paths: {
          '/gone': nowhere,
          '/a': {
            parameters: [nowhere, { name: 'kept', in: 'query', schema: { $ref: 'elsewhere.yaml#/A' } }],
            get: {
              requestBody: nowhere,
              responses: { 200: nowhere, 404: { $ref: '#/components/responses/Chain' } },
            },
          },
        },
        components: {
          responses: { Chain: nowhere },
          schemas: {
            Any: true,
            Pet: {
              anyOf: [nowhere, { $ref: '#/components/schemas/Any' }],
              discriminator: { propertyName: 'a', mapping: { b: 'Nope', c: 'file.yaml' } },
            },
          },
        },
      },
    } as never);
    expect(dangling({ paths, components })).toEqual([]);
    expect(Object.keys(paths)).toEqual(['/a']);
    const [parameter, ...others] = paths['/a'].parameters;
    expect(others).toEqual([]);
    expect(parameter.schema.description).toBe('Refers to elsewhere.yaml#/A, which does not exist.');
    expect(paths['/a'].get.requestBody).toBeUndefined();
    expect(paths['/a'].get.responses).toMatchObject({
      200: { description: 'Refers to #/components/x/nope, which does not exist.' },
    });
    expect(components.schemas.Pet.anyOf[1]).toEqual({ $ref: '#/components/schemas/Any' });
    expect(components.schemas.Pet.discriminator.mapping).toEqual({});
  });
});
