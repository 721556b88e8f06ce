/** Chains of references that are longer than the stack of a process is deep. */
import { expect, it } from '@jest/globals';
import { Schemas } from '../../../src/gateway/contract/schemas.ts';

const LENGTH = 3000;
const refTo = (i: number) => ({ $ref: `#/components/schemas/S${i}` });

const chain = (link: (next: object) => unknown, last: unknown) => ({
  components: {
    schemas: Object.fromEntries(
      Array.from({ length: LENGTH }, (_, i) => [`S${i}`, i < LENGTH - 1 ? link(refTo(i + 1)) : last]),
    ),
  },
});

function checkOf(document: object) {
  const faults: unknown[] = [];
  const schemas = new Schemas(document as never, (fault) => faults.push(fault), true);
  const check = schemas.check(refTo(0), 'json', '#/components/schemas/S0');
  return { faults, holds: (value: unknown) => check(value).length === 0 };
}

it.each<[string, (next: object) => unknown, unknown, unknown]>([
  ['$ref', (next) => next, 1, 'x'],
  ['allOf', (next) => ({ allOf: [next] }), 1, 'x'],
  ['anyOf', (next) => ({ anyOf: [next] }), 1, 'x'],
  ['properties', (next) => ({ type: 'object', properties: { a: next } }), { a: { a: {} } }, { a: { a: 1 } }],
  ['items', (next) => ({ type: 'array', items: next }), [[[]]], [[1]]],
])('A chain of 3,000 schemas by %s is checked', (_, link, good, bad) => {
  const { faults, holds } = checkOf(chain(link, { type: 'integer' }));
  expect(faults).toEqual([]);
  expect([holds(good), holds(bad)]).toEqual([true, false]);
});

it('A circle of 3,000 schemas is told with its place where it cannot be checked', () => {
  const { faults, holds } = checkOf(chain((a) => ({ properties: { a } }), { properties: { a: refTo(0) } }));
  expect(faults).toEqual([
    {
      pointer: '#/components/schemas/S0',
      reason: 'goes unchecked: too many schemas refer to each other in a row',
    },
  ]);
  expect(holds({ a: 1 })).toBe(true);
});
