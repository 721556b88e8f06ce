import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { runToCompletion } from '../../../src/openapi/incremental.ts';
import { indexDocument } from '../../../src/openapi/publish/document-index.ts';
import { slice } from '../../../src/openapi/publish/slice.ts';

/** @param onRead called whenever an operation is read */
const documentOf = (count: number, onRead: () => void): OpenAPIObject => {
  const operation = (index: number) => ({
    operationId: `get${index}`,
    get summary() {
      onRead();
      return 'one of many';
    },
    responses: { 200: { description: 'ok' } },
  });
  const paths = Array.from({ length: count }, (_, index) => [`/things/${index}`, { get: operation(index) }]);
  return { openapi: '3.1.0', info: { title: 'many', version: '1' }, paths: Object.fromEntries(paths) };
};

describe('A part of a document', () => {
  it('is built path by path, so that other work can run in between', () => {
    let read = 0;
    const onRead = (): void => {
      read += 1;
    };
    const outline = runToCompletion(indexDocument(documentOf(100, onRead)));
    const steps = slice(outline, outline.operations, '/openapi.json');
    const mostOfStep: number[] = [];
    let paths: object | undefined;
    while (paths === undefined) {
      read = 0;
      const { done, value } = steps.next();
      mostOfStep.push(read);
      if (done) ({ paths } = value);
    }
    expect(Object.keys(paths)).toHaveLength(100);
    expect(Math.max(...mostOfStep)).toBe(1);
  });
});
