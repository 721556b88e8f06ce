/**
 * An invalid part of a schema disables only its own check. The rest of the schema applies, and the part is
 * reported.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SchemaReferences } from '../../../src/gateway/validation/schema/schema-references.ts';
import { referenceSchema, Schemas } from '../../../src/gateway/validation/schema/schemas.ts';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import { JSON_PLACES, startPlaces, TEXT_PLACES, VERSIONS } from '../../support/schema-places.ts';

/** The invalid keyword, and the location of its report, below the schema. */
const BROKEN: readonly (readonly [keyword: object, place: string])[] = [
  [{ pattern: '[' }, '/pattern'],
  [{ pattern: ['a'] }, '/pattern'],
  [{ type: 'strin' }, '/type'],
  [{ type: 5 }, '/type'],
  [{ type: [] }, '/type'],
  [{ minLength: '5' }, '/minLength'],
  [{ maxLength: -1 }, '/maxLength'],
  [{ minimum: 'low' }, '/minimum'],
  [{ multipleOf: 0 }, '/multipleOf'],
  [{ enum: 'a' }, '/enum'],
  [{ required: 'a' }, '/required'],
  [{ required: [1] }, '/required'],
  [{ uniqueItems: 'yes' }, '/uniqueItems'],
  [{ dependentRequired: { a: 'b' } }, '/dependentRequired'],
  [{ properties: [] }, '/properties'],
  [{ properties: { x: 5 } }, '/properties/x'],
  [{ patternProperties: { '[': {} } }, '/patternProperties/%5B'],
  [{ items: 'a' }, '/items'],
  [{ not: 'a' }, '/not'],
  [{ not: { pattern: '[' } }, '/not/pattern'],
  [{ allOf: {} }, '/allOf'],
  [{ allOf: [5] }, '/allOf/0'],
  [{ anyOf: [{ type: 'integer', enum: [-7] }, { pattern: '[' }] }, '/anyOf/1/pattern'],
  [{ oneOf: [{ pattern: '[' }, { type: ['string', 'object', 'integer'] }] }, '/oneOf/0/pattern'],
  [{ oneOf: [5, { enum: [-7] }] }, '/oneOf/0'],
  [{ if: { pattern: '[' }, else: false }, '/if/pattern'],
  [{ $ref: '#/components/schemas/Nowhere' }, ''],
  [{ $ref: 'nowhere.yaml' }, ''],
  [{ $ref: '#nowhere' }, ''],
  [{ $ref: '#/components/schemas/Broken' }, 'component'],
];

/** Keywords that are unknown to 2020-12 or name a schema: they are valid. */
const ODD: readonly object[] = [
  { id: 'a' },
  { $id: 'https://example.com/odd' },
  { $id: 'ht tp://[' },
  { $anchor: 'odd' },
  { $anchor: 'no anchor!' },
  { $schema: 'https://example.com/ours' },
  { $vocabulary: { 'https://example.com/ours': true } },
  { format: 'shoe-size' },
  { format: '__proto__' },
  { nullable: false },
  { discriminator: { propertyName: 'kind' } },
  { xml: { name: 'a' }, example: 5, deprecated: true, 'x-own': [1] },
];

const schemas = { Broken: { type: 'string', pattern: '(' } };

describe.each(VERSIONS)('A broken schema in OpenAPI %s', (version) => {
  it.each(BROKEN)(
    'with %j is reported, accepts anything, and does not affect its surroundings',
    async (keyword, place) => {
      // In 3.0 a reference has no other keywords beside it.
      const schema = '$ref' in keyword ? { allOf: [keyword] } : keyword;
      const faults: DocumentFault[] = [];
      for (const around of [
        { type: 'object', required: ['a'], properties: { a: { type: 'integer' }, b: schema } },
        {
          type: 'object',
          required: ['a'],
          properties: { b: { $ref: '#/components/schemas/Own' }, a: { type: 'integer' } },
        },
      ]) {
        const places = await startPlaces(version, around, { ...schemas, Own: schema });
        for (const at of JSON_PLACES) {
          expect([at, await places.takes(at, { a: 1, b: 'text' })]).toEqual([at, true]);
          expect([at, await places.takes(at, { a: 'x', b: 'text' })]).toEqual([at, false]);
          expect([at, await places.takes(at, { b: 'text' })]).toEqual([at, false]);
        }
        faults.push(...places.faults);
      }
      const own = `${'$ref' in keyword ? '/allOf/0' : ''}${place}`;
      expect(faults.map(({ pointer }) => pointer)).toContain(
        place === 'component' ? '#/components/schemas/Broken/pattern' : `#/components/schemas/Own${own}`,
      );
    },
  );

  it.each(ODD)('with %j has no effect, and its surroundings apply', async (keyword) => {
    const places = await startPlaces(version, { type: 'string', maxLength: 3, ...keyword });
    for (const at of [...JSON_PLACES, ...TEXT_PLACES]) {
      expect([at, await places.takes(at, 'abc')]).toEqual([at, true]);
      expect([at, await places.takes(at, 'abcd')]).toEqual([at, false]);
    }
    expect(places.faults.filter(({ pointer }) => !/id|anchor/i.test(pointer))).toEqual([]);
  });

  it.each([{ type: 'strin' }, { pattern: '[' }, { minLength: '5' }, { allOf: [{ $ref: '#/nowhere' }] }])(
    '%j in a parameter, a header, a cookie or a field does not disable its other keywords',
    async (keyword) => {
      const places = await startPlaces(version, { allOf: [{ maxLength: 3 }, keyword] });
      for (const at of TEXT_PLACES) {
        expect([at, await places.takes(at, 'abc')]).toEqual([at, true]);
        expect([at, await places.takes(at, 'abcd')]).toEqual([at, false]);
      }
      expect(places.faults.length).toBeGreaterThan(0);
    },
  );
});

const errorsOf = (schemas: object, value: unknown, faults: DocumentFault[] = []) => {
  const document = { openapi: '3.1.0', components: { schemas } };
  const checks = new Schemas(
    document,
    (fault) => faults.push(fault),
    false,
    'request',
    new SchemaReferences(document),
  );
  return checks.check(referenceSchema('#/components/schemas/A'), 'all', '#')(value);
};

describe('A schema that refers to itself', () => {
  it.each([
    { A: { $ref: '#/components/schemas/A', type: 'string' } },
    {
      A: { type: 'string', allOf: [{ $ref: '#/components/schemas/B' }] },
      B: { anyOf: [{ $ref: '#/components/schemas/A' }] },
    },
    { A: { type: 'string', not: { $ref: '#/components/schemas/A' } } },
  ])('is cut if it only refers to itself: %j', (schemas) => {
    const faults: DocumentFault[] = [];
    expect(errorsOf(schemas, 'text', faults)).toEqual([]);
    expect(faults).toEqual([{ pointer: expect.any(String), reason: 'is not checked: it refers to itself' }]);
    expect(errorsOf(schemas, 1)).not.toEqual([]);
  });

  it('is followed to the depth of the value', () => {
    const A = {
      type: 'object',
      properties: { next: { $ref: '#/components/schemas/A' }, id: { type: 'integer' } },
    };
    expect(errorsOf({ A }, { next: { next: { id: 1 } } })).toEqual([]);
    expect(errorsOf({ A }, { next: { next: { id: 'x' } } })).toHaveLength(1);
  });
});

describe('Any broken schema', () => {
  const anything = fc.jsonValue({ maxDepth: 2 });
  const keyword = fc.constantFrom(
    'type',
    'enum',
    'const',
    'pattern',
    'minLength',
    'required',
    'properties',
    'items',
    'prefixItems',
    'allOf',
    'anyOf',
    'oneOf',
    'not',
    'if',
    'then',
    'else',
    'contains',
    'propertyNames',
    '$ref',
    '$dynamicRef',
    '$id',
    '$anchor',
    '$schema',
    '$defs',
    'format',
    'multipleOf',
    'dependentSchemas',
    'unevaluatedProperties',
  );

  it('never disables the check of its neighbor', () => {
    fc.assert(
      fc.property(fc.dictionary(keyword, anything, { maxKeys: 4 }), (broken) => {
        const schema = { type: 'object', required: ['a'], properties: { a: { type: 'integer' }, b: broken } };
        expect(errorsOf({ A: schema }, { a: 'x' })).not.toEqual([]);
        expect(errorsOf({ A: schema }, {})).not.toEqual([]);
        expect(errorsOf({ A: schema }, { a: 1 })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
