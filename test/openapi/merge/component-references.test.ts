/**
 * Every location of a document where a Reference Object is allowed (OpenAPI 3.0.4, 3.1.1, 3.2.0), and every kind of
 * reference.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { liftDocuments } from '../../../src/gateway/documents/mark-lifted.ts';
import { readDocument } from '../../../src/gateway/documents/read-document.ts';
import type { DocumentFault } from '../../../src/openapi/load/document-fault.ts';
import { danglingReferences } from '../../../src/openapi/merge/dangling-references.ts';
import { mergeDocuments, publicDocument } from '../../../src/openapi/merge/merge.ts';
import { resolveReference } from '../../../src/openapi/reference.ts';
import { valueAt } from '../../../src/openapi/value-at.ts';

type Json = Record<string, unknown>;

interface Place {
  readonly section: string;
  /** The value at this location, or the target of its reference. */
  readonly value: Json;
  /** The location. */
  readonly at: readonly string[];
  readonly since?: string;
}

const MARK = 'the one that is meant';
const ok = { description: 'ok' };
const get = ['paths', '/a', 'get'];
const content = { 'application/json': { schema: { type: 'object' } } };
const json = ['content', 'application/json'];

const places: Readonly<Record<string, Place>> = {
  'a parameter of an operation': {
    section: 'parameters',
    at: [...get, 'parameters', '0'],
    value: { name: 'q', in: 'query', description: MARK, schema: { type: 'string' } },
  },
  'a parameter of a path item': {
    section: 'parameters',
    at: ['paths', '/a', 'parameters', '0'],
    value: { name: 'q', in: 'query', description: MARK, schema: { type: 'string' } },
  },
  'a request body': {
    section: 'requestBodies',
    at: ['paths', '/a', 'post', 'requestBody'],
    value: { description: MARK, content },
  },
  'a response': {
    section: 'responses',
    at: [...get, 'responses', '200'],
    value: { description: MARK, content },
  },
  'a header': {
    section: 'headers',
    at: [...get, 'responses', '200', 'headers', 'X-Total'],
    value: { description: MARK, schema: { type: 'integer' } },
  },
  'an example of a media type': {
    section: 'examples',
    at: [...get, 'responses', '200', ...json, 'examples', 'one'],
    value: { summary: 'One', description: MARK, value: { a: 1 } },
  },
  'an example of a parameter': {
    section: 'examples',
    at: [...get, 'parameters', '0', 'examples', 'one'],
    value: { summary: 'One', description: MARK, value: 'x' },
  },
  'a header of an encoding': {
    section: 'headers',
    at: ['paths', '/a', 'post', 'requestBody', ...json, 'encoding', 'f', 'headers', 'X-F'],
    value: { description: MARK, schema: { type: 'integer' } },
  },
  'a link': {
    section: 'links',
    at: [...get, 'responses', '200', 'links', 'self'],
    value: { description: MARK, operationId: 'getA' },
  },
  'a callback': {
    section: 'callbacks',
    at: ['paths', '/a', 'post', 'callbacks', 'done'],
    value: { '{$request.body#/url}': { post: { description: MARK, responses: { 200: ok } } } },
  },
  'a path item of a callback': {
    section: 'pathItems',
    at: ['paths', '/a', 'post', 'callbacks', 'done', '{$request.body#/url}'],
    since: '3.1',
    value: { description: MARK, post: { responses: { 200: ok } } },
  },
  'a schema': {
    section: 'schemas',
    at: [...get, 'responses', '200', ...json, 'schema'],
    value: { type: 'object', description: MARK },
  },
  'a path item': {
    section: 'pathItems',
    at: ['paths', '/b'],
    since: '3.1',
    value: { description: MARK, get: { operationId: 'getB', responses: { 200: ok } } },
  },
  'a webhook': {
    section: 'pathItems',
    at: ['webhooks', 'done'],
    since: '3.1',
    value: { description: MARK, post: { responses: { 200: ok } } },
  },
  'a security scheme': {
    section: 'securitySchemes',
    at: ['components', 'securitySchemes', 'key'],
    value: { type: 'apiKey', in: 'header', name: 'X-Key', description: MARK },
  },
  'a media type': {
    section: 'mediaTypes',
    at: [...get, 'responses', '200', ...json],
    since: '3.2',
    value: { schema: { type: 'object', description: MARK } },
  },
};

/** The document around each location. */
const frame = (openapi: string): Json => ({
  openapi,
  info: { title: 't', version: '1.0.0' },
  paths: {
    '/a': {
      get: {
        operationId: 'getA',
        parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
        responses: { 200: { ...ok, content } },
      },
      post: { operationId: 'postA', requestBody: { content }, responses: { 200: ok } },
    },
  },
  components: {},
});

/** Copies a value with one more member. */
function withValue(at: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (key === '0') return [withValue(Array.isArray(at) ? at[0] : {}, rest, value)];
  const object = (at ?? {}) as Json;
  return { ...object, [key]: withValue(object[key], rest, value) };
}

const ways = [
  'inline',
  'a component',
  'another file',
  'a reference to a reference',
  'a file that refers on',
] as const;

describe('A reference is preserved and leads to its target', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'linkway-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const cases = ['3.0.3', '3.1.0', '3.2.0'].flatMap((version) =>
    Object.entries(places)
      .filter(([, { since = '3.0' }]) => version >= since)
      .flatMap(([name, place]) => ways.map((way) => [version, name, way, place] as const)),
  );

  it.each(cases)('%s: %s, %s', async (version, _, way, { section, at, value }) => {
    const component = `#/components/${section}`;
    const targets: Record<(typeof ways)[number], unknown> = {
      inline: value,
      'a component': { $ref: `${component}/Meant` },
      'another file': { $ref: `parts.json#/deep/Meant` },
      'a reference to a reference': { $ref: `${component}/Alias` },
      'a file that refers on': { $ref: `parts.json#/deep/Alias` },
    };
    let document = frame(version);
    document = withValue(document, ['components', section, 'Meant'], value) as Json;
    document = withValue(document, ['components', section, 'Alias'], { $ref: `${component}/Meant` }) as Json;
    document = withValue(document, at, targets[way]) as Json;
    writeFileSync(
      join(folder, 'parts.json'),
      JSON.stringify({ deep: { Meant: value, Alias: { $ref: '#/deep/Meant' } } }),
    );
    const file = join(folder, 'openapi.json');
    writeFileSync(file, JSON.stringify(document));

    const faults: DocumentFault[] = [];
    const service = { name: 'a', document: file, overlays: [], paths: {}, prefix: '' };
    const read = await readDocument(service, { onFault: (fault) => faults.push(fault) });

    expect(faults).toEqual([]);
    const lifted = liftDocuments([{ name: 'a', document: read }]);
    for (const shown of [read, publicDocument(lifted[0] as never), mergeDocuments(lifted)]) {
      expect(danglingReferences(shown)).toEqual([]);
      expect(JSON.stringify(follow(shown, at))).toContain(MARK);
    }
  });
});

/** The value at a location after following every reference on the way. */
function follow(document: object, at: readonly string[]): unknown {
  let found: unknown = document;
  for (const key of at) found = resolveReference(document, valueAt(found, [key]) as object);
  return found;
}
