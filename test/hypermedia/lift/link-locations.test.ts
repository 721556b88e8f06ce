/** The locations of schemas with links in a body. */
import { expect, it } from '@jest/globals';
import type { Shape } from '../../../src/hypermedia/graph/model.ts';
import { containsLinks, LinkLocator } from '../../../src/hypermedia/lift/link-locations.ts';

const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const shape = { links: new Map([['self', {}]]) } as unknown as Shape;

function findBehind(length: number, link: (next: object) => object): boolean {
  const chain = Array.from({ length }, (_, i) => [
    `S${i}`,
    i < length - 1 ? link(refTo(`S${i + 1}`)) : { properties: { x: refTo('Thing') } },
  ]);
  const document = {
    components: { schemas: { ...Object.fromEntries(chain), Thing: { type: 'object' } } },
  };
  const finder = new LinkLocator(document, new Map([['Thing', shape]]));
  return containsLinks(finder.locate(refTo('S0'), { links: new Map() } as unknown as Shape));
}

const COMPOSED: [string, (next: object) => object][] = [
  ['items', (items) => ({ type: 'array', items })],
  ['allOf', (next) => ({ allOf: [next] })],
  ['anyOf', (next) => ({ anyOf: [next, { type: 'null' }] })],
  ['oneOf', (next) => ({ oneOf: [next, { properties: { a: { type: 'string' } } }] })],
];

it('A schema is found behind 3,000 others by properties', () => {
  expect(findBehind(3000, (a) => ({ properties: { a } }))).toBe(true);
});

it.each(COMPOSED)('A schema is found behind 300 others that one is put together from by %s', (_, link) => {
  expect(findBehind(300, link)).toBe(true);
});

it.each(COMPOSED)(
  'Of 3,000 schemas that one is put together from by %s only the first are looked at',
  (_, link) => {
    expect(findBehind(3000, link)).toBe(false);
  },
);
