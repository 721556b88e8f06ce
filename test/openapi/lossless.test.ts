/** Any documents are merged without a change of the meaning of their operations. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { mergeDocuments } from '../../src/openapi/merge/merge.ts';
import { dangling } from '../support/dangling.ts';

const NAMES = ['A', 'B', 'C', 'D'];
/** Names that a renamed component would get, which some documents already use. */
const TRAPS = ['Two_A', 'Two_A_2', 'Three_A'];
const SERVICES = ['one', 'two', 'three'];

const reference = fc.constantFrom(...NAMES).map((name) => ({ $ref: `#/components/schemas/${name}` }));
const schema = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('string', 'number').map((type) => ({ type })) },
  reference,
  fc
    .dictionary(fc.constantFrom('x', 'y', '$ref'), reference, { maxKeys: 2 })
    .map((properties) => ({ properties })),
);
const schemas = fc.record(Object.fromEntries([...NAMES, ...TRAPS].map((name) => [name, schema])), {
  requiredKeys: NAMES,
});
const used = fc.constantFrom(...NAMES, ...TRAPS);

const documentOf = (service: string, components: Record<string, object>, name: string) =>
  ({
    openapi: '3.1.0',
    info: { title: service, version: '1.0.0' },
    paths: {
      [`/${service}`]: {
        get: {
          operationId: 'read',
          responses: {
            200: {
              description: service,
              content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
              links: { again: { operationId: 'read' } },
            },
          },
        },
      },
    },
    components: { schemas: components },
  }) as unknown as OpenAPIObject;

/** The schema with all references resolved, as deep as it matters with so few components. */
function meaning(document: OpenAPIObject, node: unknown, depth = 12): unknown {
  if (depth === 0 || typeof node !== 'object' || node === null) return node === null ? null : typeof node;
  const fields = node as Record<string, unknown>;
  if (typeof fields.$ref === 'string') {
    const target = document.components?.schemas?.[fields.$ref.split('/').at(-1) ?? ''];
    return meaning(document, target, depth - 1);
  }
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : meaning(document, value, depth - 1),
    ]),
  );
}

const responseOf = (document: OpenAPIObject, service: string) =>
  document.paths?.[`/${service}`]?.get?.responses?.[200];
const responseSchemaOf = (document: OpenAPIObject, service: string) =>
  responseOf(document, service).content['application/json'].schema;

it('A merge keeps the meaning of every schema and the target of every link, without broken references', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(schemas, used), { minLength: 1, maxLength: SERVICES.length }), (parts) => {
      const services = parts.map(([components, name], index) => {
        const service = SERVICES[index] ?? '';
        return { name: service, document: documentOf(service, components, name in components ? name : 'A') };
      });
      const merged = mergeDocuments(services);

      expect(dangling(merged)).toEqual([]);
      for (const { name, document } of services) {
        expect(meaning(merged, responseSchemaOf(merged, name))).toEqual(
          meaning(document, responseSchemaOf(document, name)),
        );
        expect(responseOf(merged, name).links.again.operationId).toBe(
          merged.paths?.[`/${name}`]?.get?.operationId,
        );
      }
    }),
    { numRuns: 300 },
  );
});

it('A merge shares everything if all documents have the same components', () => {
  fc.assert(
    fc.property(schemas, used, (components, name) => {
      const merged = mergeDocuments(
        SERVICES.map((service) => ({
          name: service,
          document: documentOf(service, components, name in components ? name : 'A'),
        })),
      );
      expect(Object.keys(merged.components?.schemas ?? {}).sort()).toEqual(Object.keys(components).sort());
    }),
  );
});
