import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SchemaObject } from 'openapi3-ts/oas31';
import { sizeOf } from '../../../src/config/yaml/parse-text.ts';
import { membersOf } from '../../../src/hypermedia/fields/members.ts';
import { documentedOperations } from '../../../src/hypermedia/graph/graph-operation.ts';
import { inlineSchemas } from '../../../src/hypermedia/graph/inline-schemas.ts';
import { declaresLinks, describeBody } from '../../../src/hypermedia/graph/response-schema.ts';
import { dense } from '../../support/hostile.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe('Schemas of a form', () => {
  it('are inlined at every reference', () => {
    const document = {
      components: {
        schemas: {
          Name: { type: 'string', maxLength: 5 },
          Person: {
            type: 'object',
            properties: { name: ref('Name'), friends: { type: 'array', items: ref('Name') } },
          },
        },
      },
    };
    const name = { type: 'string', maxLength: 5 };
    expect(inlineSchemas(document, [ref('Person'), ref('Name')])).toEqual([
      { type: 'object', properties: { name, friends: { type: 'array', items: name } } },
      name,
    ]);
  });

  it('are truncated at the limit, deepest levels first', () => {
    const document = { components: { schemas: dense(12) } };
    const [inlined] = inlineSchemas(document, [ref('S0')]) as [SchemaObject];
    expect(sizeOf(inlined).values).toBeLessThan(20_000);
    // The upper levels are complete, and truncated schemas keep their type.
    const second = Object.values(inlined.properties ?? {}) as SchemaObject[];
    expect(second.map(({ properties }) => Object.keys(properties ?? {}).length)).toEqual(Array(12).fill(12));
    expect(JSON.stringify(inlined)).not.toContain('$ref');
  });

  it('take linear time and space, whatever the references between them are', () => {
    const MOST = 12;
    const index = fc.nat(MOST - 1);
    const schema = fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(
          fc.constantFrom(...'abcdefghijkl'),
          index.map((one) => ref(`S${one}`)),
          { maxKeys: MOST },
        ),
        allOf: fc.array(
          index.map((one) => ref(`S${one}`)),
          { maxLength: 4 },
        ),
        oneOf: fc.array(
          index.map((one) => ref(`S${one}`)),
          { maxLength: 4 },
        ),
        anyOf: fc.array(
          index.map((one) => ref(`S${one}`)),
          { maxLength: 4 },
        ),
        items: index.map((one) => ref(`S${one}`)),
      },
      { requiredKeys: ['properties'] },
    );
    fc.assert(
      fc.property(fc.array(schema, { minLength: MOST, maxLength: MOST }), (schemas) => {
        const looked = { count: 0 };
        const document = watched(
          {
            openapi: '3.1.0',
            info: { title: 't', version: '1' },
            paths: {
              '/a': {
                post: {
                  parameters: [{ name: 'q', in: 'query', schema: ref('S0') }],
                  requestBody: { content: { 'application/json': { schema: ref('S0') } } },
                  responses: {
                    200: { description: '', content: { 'application/json': { schema: ref('S1') } } },
                  },
                },
              },
            },
            components: { schemas: Object.fromEntries(schemas.map((one, at) => [`S${at}`, one])) },
          },
          looked,
        );
        const [operation] = documentedOperations('a', document as never);
        expect(sizeOf(operation?.form()).values).toBeLessThan(20_000);
        describeBody(document as never, ref('S1'), { isHal: false, mayWrap: true });
        declaresLinks(document, ref('S2'));
        membersOf(document, ref('S3')).member('a')?.member('b')?.member('c');
        expect(looked.count).toBeLessThan(500_000);
      }),
      { numRuns: 100 },
    );
  });
});

/** Counts every access to a member of the value. */
function watched<T extends object>(value: T, looked: { count: number }): T {
  const known = new WeakMap<object, object>();
  const watch = (one: unknown): unknown => {
    if (typeof one !== 'object' || one === null) return one;
    const proxy =
      known.get(one) ??
      new Proxy(one, {
        get(target, name) {
          looked.count += 1;
          return watch(Reflect.get(target, name));
        },
      });
    known.set(one, proxy);
    return proxy;
  };
  return watch(value) as T;
}
