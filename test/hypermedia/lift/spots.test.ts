/** Where in a body the schemas stand that links hold for. */
import { expect, it } from '@jest/globals';
import type { Shape } from '../../../src/hypermedia/graph/model.ts';
import { leadsOn, SpotFinder } from '../../../src/hypermedia/lift/spots.ts';

const LENGTH = 3000;
const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const shape = { links: new Map([['self', {}]]) } as unknown as Shape;

it.each<[string, (next: object) => object]>([
  ['properties', (a) => ({ properties: { a } })],
  ['items', (items) => ({ type: 'array', items })],
  ['allOf', (next) => ({ allOf: [next] })],
  ['anyOf', (next) => ({ anyOf: [next, { type: 'null' }] })],
  ['oneOf', (next) => ({ oneOf: [next, { properties: { a: { type: 'string' } } }] })],
])('A schema is found behind 3,000 others by %s', (_, link) => {
  const chain = Array.from({ length: LENGTH }, (__, i) => [
    `S${i}`,
    i < LENGTH - 1 ? link(refTo(`S${i + 1}`)) : { properties: { x: refTo('Thing') } },
  ]);
  const document = {
    components: { schemas: { ...Object.fromEntries(chain), Thing: { type: 'object' } } },
  };
  const finder = new SpotFinder(document, new Map([['Thing', shape]]));
  const spots = finder.find(refTo('S0'), { links: new Map() } as unknown as Shape);
  expect(leadsOn(spots)).toBe(true);
});
