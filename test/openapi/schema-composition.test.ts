import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  COMPOSITION,
  composedSchemas,
  compositionOf,
  MAX_PARTS,
  subschemasOf,
  type TraversalOrder,
  walkComposition,
} from '../../src/openapi/schema-composition.ts';
import { denseDocuments } from '../support/hostile.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const documentOf = (schemas: object) => ({ components: { schemas } });

const described = (document: object, schema: object, keywords?: readonly string[]): unknown[] =>
  composedSchemas(document, schema, keywords).flatMap(({ description }) => description ?? []);

describe('The composition of a schema', () => {
  const document = documentOf({
    A: { description: 'A', allOf: [ref('B'), { description: 'part' }] },
    B: { description: 'B', oneOf: [{ description: 'one' }, { description: 'other' }] },
    C: { description: 'C', anyOf: [{ description: 'any' }], items: { description: 'item' } },
    Renamed: ref('C'),
  });

  it('has its references, parts and alternatives, near ones first', () => {
    expect(described(document, ref('A'))).toEqual(['A', 'B', 'part', 'one', 'other']);
    expect(described(document, ref('Renamed'))).toEqual(['C', 'any']);
  });

  it('has each schema with all of its parts in depth-first order', () => {
    const root = { node: ref('A'), pointer: '#' };
    const parts = [...compositionOf(document, root, COMPOSITION, 'as-written')];
    const order = parts.flatMap(({ node }) => (node as { description?: string }).description ?? []);
    expect(order).toEqual(['A', 'B', 'one', 'other', 'part']);
  });

  it('ends for circular references', () => {
    const circle = documentOf({ A: ref('B'), B: ref('A') });
    expect(composedSchemas(circle, ref('A')).map(({ $ref }) => $ref)).toEqual([
      ref('A').$ref,
      ref('B').$ref,
      ref('A').$ref,
    ]);
  });

  it('includes keywords beside a reference', () => {
    expect(described(document, { ...ref('C'), description: 'beside' })).toEqual(['beside', 'C', 'any']);
  });

  it('follows only the requested keywords', () => {
    expect(described(document, ref('A'), ['allOf'])).toEqual(['A', 'B', 'part']);
    expect(described(document, ref('C'), [...COMPOSITION, 'items'])).toEqual(['C', 'any', 'item']);
  });

  it('has the pointer of each schema', () => {
    const parts = [...compositionOf(document, { node: ref('A'), pointer: '#/paths/~1a' })];
    expect(parts.map(({ pointer }) => pointer)).toEqual([
      '#/paths/~1a',
      '#/components/schemas/A',
      '#/components/schemas/A/allOf/0',
      '#/components/schemas/B',
      '#/components/schemas/A/allOf/1',
      '#/components/schemas/B/oneOf/0',
      '#/components/schemas/B/oneOf/1',
    ]);
  });

  it.each([ref('Missing'), { $ref: '#anchor' }, { $ref: 'other.yaml#/A' }])(
    'has `true` for %j, which says nothing of a value',
    (schema) => {
      const parts = [...compositionOf(document, { node: schema, pointer: '#' })];
      expect(parts.map(({ node }) => node)).toEqual([schema, true]);
      expect(composedSchemas(document, schema)).toEqual([schema, {}]);
    },
  );

  it.each([true, {}])('is one schema for %j', (schema) => {
    expect(composedSchemas(document, schema)).toEqual([{}]);
  });

  it.each([false, undefined, null, 'text', []])('has no objects for %j', (schema) => {
    expect(composedSchemas(document, schema)).toEqual([]);
  });

  it('skips values that are no list or schema', () => {
    expect(composedSchemas(document, { allOf: 'text', oneOf: [null, 1], anyOf: {} })).toHaveLength(2);
  });

  it.each(Object.keys(denseDocuments))('has each schema once in a document with %s', (name) => {
    const parts = composedSchemas(denseDocuments[name] as object, ref('S0'));
    expect(new Set(parts).size).toBe(parts.length);
    expect(parts.length).toBeLessThanOrEqual(MAX_PARTS);
  });

  it('is limited to a number of schemas', () => {
    const wide = { allOf: Array.from({ length: 200_000 }, () => ({})) };
    expect(composedSchemas({}, wide)).toHaveLength(MAX_PARTS);
  });

  it('takes time that grows with the document, not with the number of paths through it', () => {
    const MOST = 15;
    const reference = fc.nat(MOST - 1).map((one) => ref(`S${one}`));
    const list = fc.array(reference, { maxLength: 6 });
    const schema = fc.record(
      { allOf: list, oneOf: list, anyOf: list, $ref: reference.map(({ $ref }) => $ref) },
      { requiredKeys: [] },
    );
    const order = fc.constantFrom<TraversalOrder>('near-first', 'as-written');
    fc.assert(
      fc.property(fc.array(schema, { minLength: MOST, maxLength: MOST }), order, (schemas, inOrder) => {
        const all = documentOf(Object.fromEntries(schemas.map((one, index) => [`S${index}`, one])));
        const root = { node: ref('S0'), pointer: '#' };
        const found = [...compositionOf(all, root, COMPOSITION, inOrder)].map(({ node }) => node);
        expect(new Set(found).size).toBe(found.length);
        // The schemas, each reference in a list of one element, and the first schema.
        const written = schemas.flatMap(({ allOf = [], oneOf = [], anyOf = [] }) => [
          ...allOf,
          ...oneOf,
          ...anyOf,
        ]);
        expect(found.length).toBeLessThanOrEqual(MOST + written.length + 1);
      }),
    );
  });

  it('has the same schemas in either order', () => {
    for (const document of Object.values(denseDocuments)) {
      const root = { node: ref('S0'), pointer: '#' };
      const [near, written] = (['near-first', 'as-written'] as const).map(
        (order) => new Set([...compositionOf(document, root, COMPOSITION, order)].map(({ node }) => node)),
      );
      expect(written).toEqual(near);
    }
  });
});

describe('The walk over a composition', () => {
  it('carries additional data of each part', () => {
    const parts = walkComposition(
      [{ node: { allOf: [{}, { allOf: [{}] }] } as unknown, depth: 0 }],
      (node, { depth }) =>
        subschemasOf(node, '#', 'allOf').map((one) => ({ node: one.node, depth: depth + 1 })),
    );
    expect([...parts].map(({ depth }) => depth)).toEqual([0, 1, 1, 2]);
  });

  it('requests parts only when they are visited', () => {
    let lookups = 0;
    const parts = walkComposition([{ node: {} as unknown }], () => {
      lookups += 1;
      return [{ node: {} }];
    });
    expect(parts.next().done).toBe(false);
    expect(lookups).toBe(0);
  });

  it('starts with several schemas that apply together', () => {
    const [one, other] = [{}, {}];
    const parts = walkComposition([{ node: one }, { node: other }, { node: one }], () => []);
    expect([...parts].map(({ node }) => node)).toEqual([one, other]);
  });
});
