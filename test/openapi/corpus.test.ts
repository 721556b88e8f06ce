/** Third-party documents, loaded and merged, each under a prefix. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import sampler from 'openapi-sampler';
import type { OpenAPIObject, RequestBodyObject } from 'openapi3-ts/oas31';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { parseOpenApi } from '../../src/gateway/documents/read-document.ts';
import { compileOperations, type GatewayOperation } from '../../src/gateway/operation.ts';
import { createRouter } from '../../src/gateway/routing/router.ts';
import { isJsonType } from '../../src/http/body/json-type.ts';
import { mergeDocuments } from '../../src/openapi/merge/merge.ts';
import { renamePaths } from '../../src/openapi/merge/rename-paths.ts';
import { resolveReference } from '../../src/openapi/reference.ts';
import { diffDocuments } from '../../src/tools/openapi-diff/documents.ts';
import { CORPUS } from '../support/corpus-folder.ts';
import { dangling } from '../support/dangling.ts';

/** The sampler ignores patterns, and truncates circular schemas. */
const SAMPLER = /^(?:must match (?:pattern|format)|is required)/;

const withoutExamples = <T>(node: T): T =>
  JSON.parse(JSON.stringify(node, (name, value) => (/^examples?$/.test(name) ? undefined : value)));

/** The faults of a body that was generated from its schema, for each JSON media type of the operation. */
function faultsOfSamples(document: OpenAPIObject, { definition, body }: GatewayOperation) {
  const declared = resolveReference<RequestBodyObject>(document, definition.requestBody);
  return Object.entries(declared?.content ?? {})
    .filter(([type]) => isJsonType(type))
    .map(([type, { schema = {} }]) => {
      const value = sampler.sample(schema as never, { skipReadOnly: true, quiet: true }, document as never);
      return body?.accept(type).check?.(Buffer.from(JSON.stringify(value))) ?? [];
    });
}

const tests = () => {
  const services = () =>
    readdirSync(CORPUS).map((file) => {
      const name = file.replace(/^\d+-|\.\w+$/g, '');
      const document = parseOpenApi(readFileSync(join(CORPUS, file), 'utf8'), file);
      return { name, document: renamePaths(name, document, {}, `/${name}`) };
    });

  it('becomes one document without broken references', () => {
    const all = services();
    const merged = mergeDocuments(liftDocuments(all));
    expect(dangling(merged)).toEqual([]);
    const references = JSON.stringify(merged).match(/"\$ref":/g)?.length ?? 0;
    process.stdout.write(`corpus: ${all.length} documents loaded, ${references} references resolved\n`);
    expect(references).toBeGreaterThan(7000);
  });

  it('has a route for every operation', () => {
    const operations = liftDocuments(services()).flatMap(({ name, document }) =>
      compileOperations({ service: name, document }),
    );
    const router = createRouter(operations);
    for (const { method, path } of operations)
      expect(router.find(method, path.replaceAll(/[{}]/g, ''))?.operation.method).toBe(method);
    expect(operations.length).toBeGreaterThan(700);
  });

  it('accepts bodies exactly as their schemas do', () => {
    const tried = services().flatMap(({ name, document }) => {
      const bare = withoutExamples(document);
      return compileOperations({ service: name, document: bare }).flatMap((operation) =>
        faultsOfSamples(bare, operation),
      );
    });
    const taken = tried.filter((faults) => faults.length === 0);
    process.stdout.write(`corpus: ${taken.length} of ${tried.length} bodies made from schemas are taken\n`);
    // Some documents have a default with another type.
    const others = tried.filter((faults) => faults.some(({ detail }) => !SAMPLER.test(detail)));
    expect(others.length).toBeLessThan(35);
    expect(taken.length).toBeGreaterThan(190);
  });

  it('has no difference to itself, and reports operations that a document loses', () => {
    for (const { document } of services()) {
      expect(diffDocuments(document, structuredClone(document))).toEqual([]);
      const gone = diffDocuments(document, { ...document, paths: {} });
      expect(gone.every(({ kind }) => kind === 'breaking')).toBe(true);
      // A path with a fragment exists in the document, but no request can match it.
      const routed = compileOperations({ service: 'a', document });
      expect(gone.length).toBeGreaterThanOrEqual(routed.length);
    }
  });
};

if (existsSync(CORPUS)) describe('Third-party documents', tests);
else describe.skip('Third-party documents: skipped, OPENAPI_CORPUS names no folder', tests);
