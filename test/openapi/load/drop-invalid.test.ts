/** Documents with invalid values. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { ConfigError } from '../../../src/config/config-error.ts';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';
import { contractDocument } from '../../../src/contract/document/document.ts';
import { createGateway } from '../../../src/gateway/app.ts';
import { liftDocuments } from '../../../src/gateway/documents/mark-lifted.ts';
import { parseOpenApi } from '../../../src/gateway/documents/read-document.ts';
import { mock } from '../../../src/gateway/mock/mock.ts';
import { compileOperations } from '../../../src/gateway/operation.ts';
import { createPages } from '../../../src/gateway/portal/pages.ts';
import { formats } from '../../../src/hypermedia/formats/index.ts';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import { mergeDocuments, publicDocument } from '../../../src/openapi/merge/merge.ts';
import { contract as jobCards } from '../../../src/tools/scaffold/job-cards/contract.ts';
import { live } from '../../support/live.ts';
import { testLog } from '../../support/log.ts';

const read = (document: object) => {
  const faults: DocumentFault[] = [];
  const onFault = (fault: DocumentFault) => faults.push(fault);
  return { document: parseOpenApi(JSON.stringify(document), 'a.json', { onFault }), faults };
};
const base = { openapi: '3.1.0', info: { title: 't', version: '1.0.0' } };

describe('An invalid value', () => {
  it.each([
    ['#/paths/~1x/get', { paths: { '/x': { get: 'yes' } } }],
    ['#/paths/~1x/parameters/1', { paths: { '/x': { parameters: [{ name: 'a', in: 'query' }, null] } } }],
    ['#/paths/~1x/parameters/0', { paths: { '/x': { parameters: [{ in: 'query' }] } } }],
    ['#/paths/~1x/get/responses', { paths: { '/x': { get: { responses: [] } } } }],
    ['#/paths/~1x/get/tags', { paths: { '/x': { get: { tags: 'a' } } } }],
    [
      '#/components/schemas/A~1B/properties/c',
      { components: { schemas: { 'A/B': { properties: { c: 1 } } } } },
    ],
    ['#/components/schemas/A/required', { components: { schemas: { A: { required: true } } } }],
    ['#/components/schemas/A/%24ref', { components: { schemas: { A: { $ref: 1 } } } }],
    ['#/servers', { servers: [{}] }],
    ['#/info', { info: 'none' }],
  ])('is left out and reported: %s', (pointer, part) => {
    const { document, faults } = read({ ...base, ...part });
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
    expect(document.info.title).toEqual(expect.any(String));
    expect(read(document).faults).toEqual([]);
  });

  it('A document with tens of thousands of schemas in one place, other than its components, is refused.', () => {
    const schemas = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, true]));
    const many = schemas(20_001);
    expect(read({ ...base, components: { schemas: many } }).faults).toEqual([]);
    expect(read({ ...base, components: { schemas: { A: { properties: schemas(20_000) } } } }).faults).toEqual(
      [],
    );
    for (const schema of [{ properties: many }, { items: { allOf: Object.values(many) } }])
      expect(() => read({ ...base, components: { schemas: { A: schema } } })).toThrow(
        /^a\.json: cannot be read as OpenAPI: #\/components\/schemas\/A\/\S+ has more than 20000 members$/,
      );
  });

  it('is never a valid value', () => {
    const document = {
      ...base,
      info: { title: 't', version: 1.1 },
      paths: {
        '/x': { get: { 'x-any': 1, responses: { 200: { $ref: '#/components/responses/A' } } }, 'x-b': [] },
      },
      components: {
        responses: { A: { description: 'a', content: { 'text/plain': { example: 1, schema: true } } } },
        schemas: { B: { properties: { required: { const: {} }, items: false } } },
      },
    };
    const { document: sound, faults } = read(document);
    expect(faults).toEqual([]);
    expect(sound).toEqual({ ...document, info: { title: 't', version: '1.1' } });
  });

  it('costs only its own path in Swagger 2.0', () => {
    const { document, faults } = read({
      swagger: '2.0',
      info: base.info,
      paths: {
        '/a': { get: { parameters: [{ name: 'a' }], responses: {} } },
        '/b': { get: { responses: { 200: { description: 'b' } } } },
      },
    });
    expect(Object.keys(document.paths ?? {})).toEqual(['/b']);
    expect(faults.map(({ pointer }) => pointer)).toEqual(['#/paths/~1a']);
  });
});

const file = (name: string) => parse(readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8'));
const documents = [
  JSON.parse(JSON.stringify(contractDocument(jobCards, formats))),
  file('test/support/documents/link-example.yaml'),
];

/** Values that an author may have written by mistake. */
const mistake = fc.constantFrom<unknown>(
  null,
  0,
  1.5,
  '',
  'x',
  true,
  [],
  {},
  [null],
  [[]],
  { a: null },
  '#/x',
  '__proto__',
  { $ref: '#' },
  { $ref: 1 },
  { $ref: '#/paths' },
  { $ref: '#/components/schemas/Nope' },
  undefined,
);

type Any = Record<string, unknown>;

function change(document: Any, steps: readonly number[], value: unknown): void {
  let at: Any = document;
  for (const [depth, step] of steps.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % keys.length];
    if (key === undefined) return;
    const inner = at[key];
    if (depth === steps.length - 1 || typeof inner !== 'object' || inner === null) {
      if (value === undefined) delete at[key];
      else at[key] = structuredClone(value);
      return;
    }
    at = inner as Any;
  }
}

function serve(text: string): void {
  const document = parseOpenApi(text, 'a.json');
  const services = liftDocuments([{ name: 'a', document }]);
  const pages = createPages({ services, status: () => [], isDraining: () => false, live: live() });
  createGateway({
    config: parseGatewayConfig('services: { a: { document: x, url: "http://localhost" } }', 'gateway.yaml'),
    documents: new Map(services.map((service) => [service.name, service.document])),
    targets: new Map(),
    log: testLog(),
    pages,
  });
  compileOperations({ service: 'a', document, isEager: true });
  mergeDocuments(services);
  for (const service of services) publicDocument(service);
  mock('a', services);
}

it('A document with any change is served, or rejected with one line', () => {
  const steps = fc.array(fc.nat(1000), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(fc.tuple(steps, mistake), { minLength: 1, maxLength: 4 }),
      (given, changes) => {
        const document = structuredClone(given);
        for (const [path, value] of changes) change(document, path, value);
        try {
          serve(JSON.stringify(document));
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.message).not.toContain('\n');
        }
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
