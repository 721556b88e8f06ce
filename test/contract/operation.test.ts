import { describe, expect, it } from '@jest/globals';
import { defineContract, type Handlers } from '../../src/contract/contract.ts';
import { operation } from '../../src/contract/operation.ts';
import { page, pageQuery, resource } from '../../src/contract/resource.ts';
import { z } from '../../src/contract/schema.ts';

const Thing = resource('Thing', z.object({ id: z.string(), size: z.int() }));
const thingId = z.string();

const getThing = operation({
  operationId: 'getThing',
  method: 'get',
  path: '/things/{thingId}',
  summary: 'Get a thing',
  params: z.object({ thingId }),
  responses: { 200: { description: 'The thing.', body: Thing } },
});
const listThings = operation({
  operationId: 'listThings',
  method: 'get',
  path: '/things',
  summary: 'List things',
  query: pageQuery,
  responses: { 200: { description: 'Things.', body: page(Thing) } },
});
const makeThing = operation({
  operationId: 'makeThing',
  method: 'post',
  path: '/things',
  summary: 'Make a thing',
  body: z.strictObject({ size: z.int() }),
  responses: { 201: { description: 'The thing.', body: Thing } },
});
const contract = defineContract({
  service: 'things',
  title: 'Things',
  description: 'Things.',
  version: '1.0.0',
  operations: [getThing, listThings, makeThing],
});

type ThingHandlers = Handlers<typeof contract>;

const thing = { id: 't', size: 1 };
const good: ThingHandlers = {
  getThing: async ({ params }) => ({ status: 200, body: { id: params.thingId, size: 1 } }),
  listThings: async ({ query }) => ({ status: 200, body: { items: [{ ...thing, size: query.limit }] } }),
  makeThing: async ({ body }) => ({ status: 201, body: { id: 't', size: body.size } }),
};

describe('An operation', () => {
  it('gives its handler typed input and accepts only declared responses', async () => {
    // This tests the compiler: `tsc` fails if one of the lines below compiles.
    const bad: ThingHandlers = {
      // @ts-expect-error no such parameter
      getThing: async ({ params }) => ({ status: 200, body: { id: params.thing, size: 1 } }),
      // @ts-expect-error a status that is not declared
      listThings: async () => ({ status: 202, body: { items: [thing] } }),
      // @ts-expect-error a body that does not match
      makeThing: async ({ body }) => ({ status: 201, body: { id: 't', size: `${body.size}` } }),
    };
    // @ts-expect-error no such operation
    const more: ThingHandlers = { ...good, loseThing: good.getThing };
    expect([Object.keys(bad), Object.keys(more)]).toEqual([
      ['getThing', 'listThings', 'makeThing'],
      ['getThing', 'listThings', 'makeThing', 'loseThing'],
    ]);
    const input = { params: { thingId: 'x' }, query: {}, body: {}, precondition: () => {} };
    await expect(good.getThing?.(input)).resolves.toEqual({
      status: 200,
      body: { id: 'x', size: 1 },
    });
  });

  it('is rejected if its parameters differ from its path', () => {
    const declare = () =>
      operation({
        operationId: 'broken',
        method: 'get',
        path: '/things/{thingId}',
        summary: 'Broken',
        params: z.object({ thingId, other: z.string() }),
        responses: { 200: { description: 'The thing.', body: Thing } },
      });
    expect(declare).toThrow(
      'broken: the path has the parameters [thingId], but `params` declares [other,thingId]',
    );
  });
});
