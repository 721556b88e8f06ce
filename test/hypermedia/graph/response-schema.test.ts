import { expect, it } from '@jest/globals';
import { declaresLinks, schemaName, standaloneNames } from '../../../src/hypermedia/graph/response-schema.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const own = { type: 'object', properties: { more: {} } } as const;

it.each<[string, object, string | undefined]>([
  ['a reference', ref('Base'), 'Base'],
  ['a reference to what does not stand by itself', ref('Mixin'), 'Mixin'],
  ['one that adds something to it', { allOf: [ref('Order'), own] }, 'Order'],
  ['one that has members lent', { allOf: [ref('Mixin'), ref('Order')] }, 'Order'],
  ['members that are lent alone', { allOf: [ref('Mixin'), own] }, undefined],
  ['two that stand by themselves', { allOf: [ref('Order'), ref('Guest')] }, undefined],
  ['nothing that has a name', { allOf: [own] }, undefined],
  ['a schema without a name', own, undefined],
])('The name of %s is found', (_, schema, name) => {
  expect(schemaName(schema as never, new Set(['Order', 'Guest']))).toBe(name);
});

it('Components that bodies or items refer to are standalone', () => {
  const bodies = [
    { schema: ref('Order') },
    { schema: own, items: { schema: ref('Guest'), at: [] } },
    { schema: { allOf: [ref('Mixin')] } },
  ];
  expect([...standaloneNames(bodies as never)]).toEqual(['Order', 'Guest']);
});

it.each([
  [{ properties: { _links: {} } }, true],
  [{ properties: { _embedded: {} } }, true],
  [{ properties: { links: {}, embedded: {} } }, false],
  [{ allOf: [{ properties: { a: {} } }, { properties: { _links: {} } }] }, true],
])('Whether %j contains links is %s', (schema, expected) => {
  expect(declaresLinks({}, schema as never)).toBe(expected);
});
