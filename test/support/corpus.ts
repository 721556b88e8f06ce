/** Third-party OpenAPI documents beside the project or in the folder OPENAPI_CORPUS. Without them tests are skipped. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { parse } from 'yaml';
import { CORPUS } from './corpus-folder.ts';

const read = (file: string): OpenAPIObject => parse(readFileSync(join(CORPUS, file), 'utf8'));

/** Tests of one of the documents. */
export function describeDocument(file: string, tests: (document: () => OpenAPIObject) => void): void {
  if (existsSync(join(CORPUS, file))) describe(file, () => tests(() => read(file)));
  else
    describe.skip(`${file}: skipped, OPENAPI_CORPUS names no folder that has it`, () =>
      tests(() => read(file)));
}
