/** `readOnly` members are optional in requests and `writeOnly` members in responses, even if they are required. */
import { describe, expect, it } from '@jest/globals';
import { startPlaces, VERSIONS, type Version } from '../../../support/schema-places.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

interface Case {
  readonly about: string;
  readonly versions?: readonly Version[];
  /** `way` is `readOnly` or `writeOnly`. */
  readonly schemas: (way: string) => Record<string, unknown>;
  /** A value without the members of the other direction. */
  readonly good: unknown;
  readonly bad: unknown;
}

const id = (way: string) => ({ type: 'string', [way]: true });
const fields = (way: string) => ({
  type: 'object',
  properties: { id: id(way), name: { type: 'string' }, vin: { type: 'string' } },
});
const needs = { type: 'object', required: ['id', 'name'] };
const V31 = ['3.1.0'] as const;

const CASES: Case[] = [
  {
    about: 'beside its properties',
    schemas: (way) => ({ A: { ...fields(way), ...needs } }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'in a part of allOf by reference, with the properties in another',
    schemas: (way) => ({ A: { allOf: [ref('Fields'), ref('Needs')] }, Fields: fields(way), Needs: needs }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'in a reference of a reference',
    schemas: (way) => ({
      A: { allOf: [{ allOf: [ref('Fields')] }, { allOf: [ref('More')] }] },
      More: { allOf: [ref('Needs')] },
      Fields: fields(way),
      Needs: needs,
    }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'beside a reference to its properties',
    versions: V31,
    schemas: (way) => ({ A: { ...ref('Fields'), ...needs }, Fields: fields(way) }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'in an alternative of oneOf',
    schemas: (way) => ({
      A: { ...fields(way), oneOf: [{ required: ['id', 'name'] }, { required: ['id', 'vin'] }] },
    }),
    good: { name: 'a' },
    bad: { name: 'a', vin: 'b' },
  },
  {
    about: 'in an alternative of oneOf that is a reference',
    schemas: (way) => ({ A: { ...fields(way), oneOf: [ref('Needs'), { required: ['vin'] }] }, Needs: needs }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'as the only difference between alternatives',
    schemas: (way) => ({ A: { ...fields(way), oneOf: [{ required: ['id'] }, { required: ['name'] }] } }),
    good: { name: 'a' },
    bad: { name: 1 },
  },
  {
    about: 'in an alternative of anyOf',
    schemas: (way) => ({
      A: { ...fields(way), anyOf: [{ required: ['id', 'name'] }, { required: ['id', 'vin'] }] },
    }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'in then, and in else',
    versions: V31,
    schemas: (way) => ({
      A: {
        ...fields(way),
        if: { required: ['vin'] },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { required: ['id', 'name'] },
        else: { required: ['id'] },
      },
    }),
    good: { vin: 'a', name: 'b' },
    bad: { vin: 'a' },
  },
  {
    about: 'by dependentRequired and dependentSchemas',
    versions: V31,
    schemas: (way) => ({
      A: {
        ...fields(way),
        dependentRequired: { name: ['id', 'vin'] },
        dependentSchemas: { vin: { required: ['id', 'name'] } },
      },
    }),
    good: { name: 'a', vin: 'b' },
    bad: { name: 'a' },
  },
  {
    about: 'with the member behind a reference, or in allOf',
    schemas: (way) => ({
      A: {
        type: 'object',
        required: ['id', 'key', 'name'],
        properties: { id: ref('Id'), key: { allOf: [ref('Id')] }, name: {} },
      },
      Id: id(way),
    }),
    good: { name: 'a' },
    bad: {},
  },
  {
    about: 'in a list',
    schemas: (way) => ({
      A: { type: 'array', items: { allOf: [ref('Fields'), ref('Needs')] } },
      Fields: fields(way),
      Needs: needs,
    }),
    good: [{ name: 'a' }],
    bad: [{}],
  },
  {
    about: 'in a schema that refers to itself',
    schemas: (way) => ({
      A: { ...fields(way), ...needs, additionalProperties: ref('A') },
    }),
    good: { name: 'a', next: { name: 'b' } },
    bad: { name: 'a', next: {} },
  },
];

describe.each(CASES)('A required member $about', ({ versions = VERSIONS, schemas, good, bad }) => {
  it.each(versions)('is optional in the other direction, in OpenAPI %s', async (version) => {
    for (const [way, at] of [
      ['readOnly', ['body', 'member', 'item']],
      ['writeOnly', ['response', 'response member']],
    ] as const) {
      const places = await startPlaces(version, ref('A'), schemas(way));
      for (const place of at) {
        expect([place, await places.takes(place, good)]).toEqual([place, true]);
        expect([place, await places.takes(place, bad)]).toEqual([place, false]);
      }
    }
  });

  it.each(versions)('is required in its own direction, in OpenAPI %s', async (version) => {
    for (const [way, at] of [
      ['writeOnly', ['body', 'member', 'item']],
      ['readOnly', ['response', 'response member']],
    ] as const) {
      const places = await startPlaces(version, ref('A'), schemas(way));
      const isChoice = JSON.stringify(schemas(way)).match(/oneOf/);
      // One of several alternatives may not require it.
      if (isChoice) continue;
      for (const place of at) expect([place, await places.takes(place, good)]).toEqual([place, false]);
    }
  });
});

describe('A condition', () => {
  it('applies to the actual members, not to the optional ones', async () => {
    const schema = {
      ...fields('readOnly'),
      if: { required: ['id'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ['vin'] },
      not: { required: ['id', 'name'] },
    };
    const places = await startPlaces('3.1.0', schema);
    expect(await places.takes('body', { name: 'a' })).toBe(true);
    expect(await places.takes('body', { id: 'a' })).toBe(false);
    expect(await places.takes('body', { id: 'a', name: 'b', vin: 'c' })).toBe(false);
  });
});
