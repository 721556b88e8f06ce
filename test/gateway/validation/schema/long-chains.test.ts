/** Chains of references that exceed the call stack. */
import { expect, it } from '@jest/globals';
import { Schemas } from '../../../../src/gateway/validation/schema/schemas.ts';

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
  ['properties', (next) => ({ type: 'object', properties: { a: next } }), { a: { a: {} } }, { a: { a: 1 } }],
  ['items', (next) => ({ type: 'array', items: next }), [[[]]], [[1]]],
])('A chain of 3,000 schemas by %s is checked', (_, link, good, bad) => {
  const { faults, holds } = checkOf(chain(link, { type: 'integer' }));
  expect(faults).toEqual([]);
  expect([holds(good), holds(bad)]).toEqual([true, false]);
});

it.each<[string, (next: object) => unknown]>([
  ['allOf', (next) => ({ allOf: [next] })],
  ['anyOf', (next) => ({ anyOf: [next] })],
])(
  'A chain of 3,000 schemas about one value by %s is reported with its locations and leaves the value unchecked',
  (_, link) => {
    const { faults, holds } = checkOf(chain(link, { type: 'integer' }));
    expect(faults).toContainEqual({
      pointer: expect.stringMatching(/^#\/components\/schemas\/S\d+/),
      reason: 'is not checked: its chain of references is too long',
    });
    expect(holds('x')).toBe(true);
  },
);

it('A circle of 3,000 schemas is checked', () => {
  const { faults, holds } = checkOf(
    chain((a) => ({ properties: { a } }), { type: 'object', properties: { a: refTo(0) } }),
  );
  expect(faults).toEqual([]);
  expect(holds({ a: 1 })).toBe(true);
});
