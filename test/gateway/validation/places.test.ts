/** A schema applies wherever a value is received or sent, in OpenAPI 3.0 and in 3.1. */
import { describe, expect, it } from '@jest/globals';
import {
  JSON_PLACES,
  type Place,
  type Places,
  startPlaces,
  TEXT_PLACES,
  VERSIONS,
  type Version,
} from '../../support/schema-places.ts';

const EVERYWHERE: readonly Place[] = [...JSON_PLACES, ...TEXT_PLACES];

const verdicts = async (places: Places, at: readonly Place[], value: unknown) => {
  const taken: Record<string, boolean> = {};
  for (const place of at) taken[place] = await places.takes(place, value);
  return taken;
};
const all = (at: readonly Place[], taken: boolean) => Object.fromEntries(at.map((place) => [place, taken]));

interface Case {
  readonly about: string;
  readonly versions?: readonly Version[];
  readonly schema: unknown;
  readonly schemas?: object;
  readonly at?: readonly Place[];
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const Code = { type: 'string' };
const Named = { type: 'object', properties: { name: { type: 'string' } } };
const V30 = ['3.0.3'] as const;
const V31 = ['3.1.0'] as const;

const NULLABLE: Case[] = [
  ['alone', { nullable: true, description: 'any value' }, [null, 1, 'a'], []],
  ['beside oneOf', { nullable: true, oneOf: [{ type: 'integer' }] }, [null, 1], ['a']],
  ['beside anyOf', { nullable: true, anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, [null, 1], ['a']],
  ['beside not', { nullable: true, not: { type: 'integer' } }, [null, 'a'], [1]],
  ['beside enum', { nullable: true, enum: ['a'] }, [null, 'a'], ['b']],
  ['beside enum and type', { nullable: true, type: 'string', enum: ['a'] }, [null, 'a'], ['b']],
  ['beside allOf', { nullable: true, allOf: [{ type: 'integer' }, { minimum: 2 }] }, [null, 2], [1, 'a']],
  ['beside type and allOf', { nullable: true, type: 'integer', allOf: [{ minimum: 2 }] }, [null, 2], [1]],
  ['beside a reference', { nullable: true, $ref: '#/components/schemas/Code' }, [null, 'a'], [1]],
  [
    'in items',
    { type: 'array', items: { nullable: true, oneOf: [{ type: 'integer' }] } },
    [[null, 1]],
    [['a']],
  ],
  ['in a part of allOf', { allOf: [{ nullable: true, anyOf: [{ type: 'integer' }] }] }, [null, 1], ['a']],
  ['as an alternative', { anyOf: [{ type: 'integer' }, { nullable: true }] }, [null, 1], ['a']],
  ['that is false', { nullable: false, oneOf: [{ type: 'integer' }] }, [1], [null, 'a']],
].map(([about, schema, good, bad]) => ({
  about: `nullable ${about}`,
  schema,
  versions: V30,
  at: JSON_PLACES,
  schemas: { Code },
  good: good as unknown[],
  bad: bad as unknown[],
}));

const CASES: Case[] = [
  ...NULLABLE,
  {
    about: 'nullable of a 3.1 document, which is no keyword there',
    versions: V31,
    schema: { type: 'integer', nullable: true },
    at: JSON_PLACES,
    good: [1],
    bad: ['a', null],
  },
  {
    about: 'nullable of a 3.1 document as an alternative, which takes anything',
    versions: V31,
    schema: { type: 'object', required: ['a'], anyOf: [{ required: ['b'] }, { nullable: true }] },
    at: JSON_PLACES,
    good: [{ a: 1 }],
    bad: [{ b: 1 }, 1],
  },
  {
    about: 'nullable beside alternatives in text',
    versions: V30,
    schema: { nullable: true, oneOf: [{ type: 'integer' }] },
    at: TEXT_PLACES,
    good: ['1'],
    bad: ['a'],
  },
  {
    about: 'a keyword beside $ref in 3.1',
    versions: V31,
    schema: { $ref: '#/components/schemas/Code', maxLength: 3 },
    schemas: { Code },
    good: ['abc'],
    bad: ['abcd'],
  },
  {
    about: 'a keyword beside $ref in a component that is referred to in 3.1',
    versions: V31,
    schema: { $ref: '#/components/schemas/Short' },
    schemas: { Code, Short: { $ref: '#/components/schemas/Code', enum: ['abc', 'abd'] } },
    good: ['abc'],
    bad: ['abe'],
  },
  {
    about: 'a keyword beside $ref in 3.0, where it is ignored',
    versions: V30,
    schema: { $ref: '#/components/schemas/Code', maxLength: 3, enum: ['abc'], minLength: 9 },
    schemas: { Code },
    good: ['abcd', 'ab'],
    bad: [],
  },
  {
    about: 'required and unevaluatedProperties beside $ref in 3.1',
    versions: V31,
    schema: { $ref: '#/components/schemas/Named', required: ['name'], unevaluatedProperties: false },
    schemas: { Named },
    at: JSON_PLACES,
    good: [{ name: 'a' }],
    bad: [{}, { name: 'a', b: 1 }, { name: 1 }],
  },
  {
    about: 'required beside $ref in 3.0, where it is ignored',
    versions: V30,
    schema: { $ref: '#/components/schemas/Named', required: ['name'] },
    schemas: { Named },
    at: JSON_PLACES,
    good: [{}],
    bad: [{ name: 1 }],
  },
  {
    about: 'a boolean component',
    versions: V31,
    schema: { $ref: '#/components/schemas/Never' },
    schemas: { Never: false },
    good: [],
    bad: ['a'],
  },
  {
    about: 'a component that takes anything',
    versions: V31,
    schema: { $ref: '#/components/schemas/Any' },
    schemas: { Any: true },
    good: ['a'],
    bad: [],
  },
  { about: 'false', versions: V31, schema: false, good: [], bad: ['a'] },
  {
    about: 'amounts of any size as multiples of a hundredth',
    schema: { type: 'number', multipleOf: 0.01 },
    good: ['19.99', '1234567.89', '10046159.62', '78834653.1', '-0.07', '0'],
    bad: ['1234567.891', '19.9900000001', '0.001'],
    at: TEXT_PLACES,
  },
  {
    about: 'numbers as multiples',
    schema: { type: 'number', multipleOf: 0.01 },
    good: [19.99, 1234567.89, 894802.44, 10046159.62, 1e300],
    bad: [1234567.891, 19.9900000001, 5e-324],
    at: JSON_PLACES,
  },
  {
    about: 'a divisor with many digits',
    schema: { type: 'integer', multipleOf: 0.123456789 },
    good: [123456789, 0],
    bad: [1e308, 1],
    at: JSON_PLACES,
  },
  {
    about: 'multiples of one',
    schema: { type: 'number', multipleOf: 1 },
    good: [5, 1e300],
    bad: [5.000000001],
    at: JSON_PLACES,
  },
  {
    about: 'members named like those of every object',
    schema: {
      type: 'object',
      required: ['constructor'],
      properties: { toString: { type: 'number' }, ['__proto__']: { type: 'number' } },
    },
    at: JSON_PLACES,
    good: [{ constructor: 1 }],
    bad: [{}, { constructor: 1, toString: 'a' }, JSON.parse('{"constructor":1,"__proto__":"a"}')],
  },
  {
    about: 'an enumeration of nothing',
    schema: { type: 'object', required: ['a'], properties: { b: { enum: [] } } },
    at: JSON_PLACES,
    good: [{ a: 1 }],
    bad: [{}, { a: 1, b: 1 }],
  },
  { about: 'an enumeration of nothing as a whole', schema: { enum: [] }, good: [], bad: ['a'] },
  {
    about: 'an unknown format, which is ignored',
    schema: { type: 'string', format: 'constructor', maxLength: 3 },
    good: ['abc'],
    bad: ['abcd'],
  },
];

describe.each(CASES)('$about', ({ versions = VERSIONS, schema, schemas, at = EVERYWHERE, good, bad }) => {
  it.each(versions)('applies at every location, in OpenAPI %s', async (version) => {
    const places = await startPlaces(version, schema, schemas);
    for (const value of good)
      expect([value, await verdicts(places, at, value)]).toEqual([value, all(at, true)]);
    for (const value of bad)
      expect([value, await verdicts(places, at, value)]).toEqual([value, all(at, false)]);
    expect(places.faults).toEqual([]);
  });
});
