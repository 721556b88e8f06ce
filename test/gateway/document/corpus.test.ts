/** Documents that nobody here wrote, loaded and merged, each under a prefix. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { liftDocuments } from '../../../src/gateway/document/lift.ts';
import { mergeDocuments } from '../../../src/gateway/document/merge.ts';
import { renamePaths } from '../../../src/gateway/document/rename-paths.ts';
import { compileOperations } from '../../../src/gateway/operation.ts';
import { parseOpenApi } from '../../../src/gateway/read-document.ts';
import { createRouter } from '../../../src/gateway/router.ts';
import { diffDocuments } from '../../../src/tool/diff/documents.ts';
import { CORPUS } from '../../support/corpus-folder.ts';
import { dangling } from '../../support/dangling.ts';

const tests = () => {
  const services = () =>
    readdirSync(CORPUS).map((file) => {
      const name = file.replace(/^\d+-|\.\w+$/g, '');
      const document = parseOpenApi(readFileSync(join(CORPUS, file), 'utf8'), file);
      return { name, document: renamePaths(name, document, {}, `/${name}`) };
    });

  it('is one document in which nothing dangles', () => {
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

  it('differs from itself in nothing, and where a document loses its operations they are gone', () => {
    for (const { document } of services()) {
      expect(diffDocuments(document, structuredClone(document))).toEqual([]);
      const gone = diffDocuments(document, { ...document, paths: {} });
      expect(gone.every(({ kind }) => kind === 'breaking')).toBe(true);
      // A path with a fragment is in the document, and no request can be for it.
      const routed = compileOperations({ service: 'a', document });
      expect(gone.length).toBeGreaterThanOrEqual(routed.length);
    }
  });
};

if (existsSync(CORPUS)) describe('the corpus', tests);
else describe.skip('the corpus: skipped, OPENAPI_CORPUS names no folder', tests);
