/** Generates a document that is too large to commit: resources with their operations, schemas and long examples. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';

const PER_RESOURCE = 4;

/** A row of an example with many small values, as in large documents. */
const ROW = {
  id: 1,
  node_id: 'MDQ6VXNlcjE=',
  url: 'https://api.example.com/users/ada',
  login: 'ada',
  isAdmin: false,
  counts: [1, 2, 3],
  nested: { since: '2026-01-01', until: null },
};
const ROW_BYTES = JSON.stringify(ROW).length + 1;

/** @param bytes the approximate size of all examples */
export function generate(operations: number, bytes = 0): OpenAPIObject {
  const paths: Record<string, object> = {};
  const schemas: Record<string, object> = {};
  const value = Array.from({ length: Math.floor(bytes / operations / ROW_BYTES) }, () => ROW);
  const media = value.length > 0 ? { examples: { default: { value } } } : {};
  for (let n = 0; n < operations / PER_RESOURCE; n++) {
    const schema = { $ref: `#/components/schemas/Thing${n}` };
    const content = { 'application/json': { schema, ...media } };
    const sent = { 'application/json': { schema } };
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const operation = (name: string, more: object = {}) => ({
      operationId: `${name}${n}`,
      responses: { 200: { description: 'Done.', content } },
      ...more,
    });
    // All paths have the same length, so that the comparison does not depend on it.
    const path = `/things${String(n).padStart(6, '0')}`;
    schemas[`Thing${n}`] = {
      type: 'object',
      properties: { id: { type: 'string' }, next: { $ref: `#/components/schemas/Thing${n + 1}` } },
    };
    paths[path] = { get: operation('list'), post: operation('make', { requestBody: { content: sent } }) };
    paths[`${path}/{id}`] = {
      parameters: [id],
      get: operation('get'),
      put: operation('change', { requestBody: { content: sent } }),
    };
  }
  schemas[`Thing${Math.ceil(operations / PER_RESOURCE)}`] = { type: 'object' };
  return {
    openapi: '3.1.0',
    info: { title: `${operations} operations`, version: '1.0.0' },
    paths,
    components: { schemas },
  } as OpenAPIObject;
}
