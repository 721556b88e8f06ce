/** Features that only OpenAPI 3.2 has. */
import { request as send } from 'node:http';
import { expect, it } from '@jest/globals';
import { parseOpenApi } from '../../../src/gateway/documents/read-document.ts';
import { mergeDocuments } from '../../../src/openapi/merge/merge.ts';
import { dangling } from '../../support/dangling.ts';
import { startGateway } from '../../support/gateway.ts';

const operation = { responses: { 200: { description: 'Fine.' } } };
const text = JSON.stringify({
  openapi: '3.2.0',
  info: { title: 't', version: '1.0.0' },
  paths: {
    '/things': {
      query: {
        ...operation,
        requestBody: {
          required: true,
          content: { 'application/json': { $ref: '#/components/mediaTypes/Filter' } },
        },
      },
      additionalOperations: { COPY: operation, FOO: operation },
    },
  },
  components: { mediaTypes: { Filter: { schema: { type: 'object', required: ['name'] } } } },
});

const ask = (url: string, method: string, body = ''): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = send(url, {
      method,
      headers: { 'Content-Type': 'application/json', 'Content-Length': body.length },
    });
    request.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    request.end(body);
  });

it('OpenAPI 3.2 is served: QUERY, other methods, media types by reference', async () => {
  const faults: unknown[] = [];
  const { url, services } = await startGateway(
    { a: parseOpenApi(text, 'a.json') },
    { onFault: (_, fault) => faults.push(fault) },
  );
  expect(await ask(`${url}/things`, 'QUERY', '{"name":1}')).toBe(200);
  expect(await ask(`${url}/things`, 'QUERY', '{}')).toBe(400);
  expect(await ask(`${url}/things`, 'COPY')).toBe(200);
  expect(await ask(`${url}/things`, 'LOCK')).toBe(405);
  expect(services.a?.requests.map(({ method }) => method)).toEqual(['QUERY', 'COPY']);
  expect(faults).toEqual([
    {
      pointer: '#/paths/~1things/additionalOperations/FOO',
      reason: 'is not served: Node.js does not support this method',
    },
  ]);
});

it('OpenAPI 3.2 is unchanged in the merged document', () => {
  const merged = JSON.parse(
    JSON.stringify(mergeDocuments([{ name: 'a', document: parseOpenApi(text, 'a.json') }])),
  );
  expect(merged.openapi).toBe('3.2.0');
  const { query, additionalOperations } = merged.paths['/things'];
  expect(query).toMatchObject({ 'x-linkway-service': 'a', requestBody: { required: true } });
  expect(Object.keys(additionalOperations).sort()).toEqual(['COPY', 'FOO']);
  expect(additionalOperations.COPY).toMatchObject({ 'x-linkway-service': 'a', tags: ['a'] });
  expect(dangling(merged)).toEqual([]);
});
