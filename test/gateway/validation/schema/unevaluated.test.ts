/** `unevaluatedItems` and `unevaluatedProperties` (JSON Schema 2020-12, Core §11). */
import { describe, expect, it } from '@jest/globals';
import { startPlaces } from '../../../support/schema-places.ts';

const number = { type: 'number' };
const text = { type: 'string' };
const ifThen = {
  if: { properties: { a: { const: 1 } }, required: ['a'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { b: number } },
};

const CASES: readonly (readonly [schema: object, good: unknown[], bad: unknown[]])[] = [
  [
    { prefixItems: [true], contains: text, unevaluatedItems: false },
    [
      [1, 'foo'],
      ['a', 'b'],
    ],
    [[1, 2, 'foo'], [1]],
  ],
  [{ contains: text, minContains: 0, unevaluatedItems: false }, [[], ['foo']], [[1], ['foo', 1]]],
  [
    { allOf: [{ contains: { multipleOf: 2 } }, { contains: { multipleOf: 3 } }], unevaluatedItems: false },
    [[2, 3, 4, 6]],
    [
      [2, 3, 5],
      [2, 4],
    ],
  ],
  [{ if: ifThen.if, unevaluatedProperties: false }, [{ a: 1 }, {}], [{ a: 2 }, { a: 1, b: 1 }]],
  [
    { if: ifThen.if, else: { required: ['b'], properties: { b: true } }, unevaluatedProperties: false },
    [{ a: 1 }, { b: 1 }],
    [{ a: 2, b: 1 }, {}],
  ],
  [{ ...ifThen, unevaluatedProperties: false }, [{ a: 1, b: 2 }], [{ a: 1, b: 'x' }, { b: 1 }]],
  [
    { unevaluatedItems: { type: 'boolean' }, anyOf: [{ items: text }, true] },
    [['yes', 'no'], [true, false], []],
    [['yes', true], [1]],
  ],
  [
    { anyOf: [{ prefixItems: [text] }, { prefixItems: [number, number] }], unevaluatedItems: false },
    [['a'], [1, 2]],
    [
      ['a', 2],
      [1, 2, 3],
    ],
  ],
  [
    { properties: { a: text }, patternProperties: { '^x-': number }, unevaluatedProperties: text },
    [{ a: 'a', 'x-b': 1, c: 'c' }],
    [{ a: 'a', c: 1 }, { 'x-b': 'b' }],
  ],
  [
    {
      dependentSchemas: { a: { properties: { b: true } } },
      properties: { a: true },
      unevaluatedProperties: false,
    },
    [{ a: 1, b: 1 }],
    [{ b: 1 }],
  ],
  [
    { not: { not: { properties: { a: true }, required: ['a'] } }, unevaluatedProperties: false },
    [],
    [{ a: 1 }],
  ],
  [
    { $ref: '#/components/schemas/Base', properties: { b: true }, unevaluatedProperties: false },
    [{ a: 'a', b: 1 }],
    [{ a: 'a', c: 1 }],
  ],
  [
    { allOf: [{ properties: { a: true }, unevaluatedProperties: text }], unevaluatedProperties: false },
    [{ a: 1, b: 'b' }],
    [{ a: 1, b: 2 }],
  ],
  [{ allOf: [{ properties: { a: true } }, { unevaluatedProperties: false }] }, [{}], [{ a: 1 }]],
];

describe.each(CASES)('%j', (schema, good, bad) => {
  it('applies to members that no other keyword has evaluated', async () => {
    const places = await startPlaces('3.1.0', schema, { Base: { properties: { a: text } } });
    for (const at of ['body', 'member', 'response'] as const) {
      for (const value of good) expect([at, value, await places.takes(at, value)]).toEqual([at, value, true]);
      for (const value of bad) expect([at, value, await places.takes(at, value)]).toEqual([at, value, false]);
    }
    expect(places.faults).toEqual([]);
  });
});
