import { expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { indexDocument } from '../../../src/openapi/publish/document-index.ts';

it('A document is indexed path by path, so that requests are served in between', () => {
  let read = 0;
  const operation = {
    get tags() {
      read += 1;
      return ['one'];
    },
    responses: { 200: { description: 'ok' } },
  };
  const paths = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`/things/${index}`, { get: operation }]),
  );
  const document: OpenAPIObject = { openapi: '3.1.0', info: { title: 'many', version: '1' }, paths };

  const steps = indexDocument(document);
  const readInStep: number[] = [];
  let operations = 0;
  for (let step = steps.next(); ; step = steps.next()) {
    readInStep.push(read);
    read = 0;
    if (!step.done) continue;
    operations = step.value.tags.get('one')?.length ?? 0;
    break;
  }

  expect(operations).toBe(100);
  // The tags of each operation are read twice.
  expect(Math.max(...readInStep)).toBe(2);
});
