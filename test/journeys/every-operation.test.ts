/** Every operation of the public document, called with the document's own examples: it works, and is what it says. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  MediaTypeObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  SchemaObject,
} from 'openapi3-ts/oas31';
import request from 'supertest';
import { resolveReference } from '../../src/hypermedia/reference.ts';
import { type Conformance, conformance } from '../support/conformance.ts';
import { type System, startSystem } from '../support/system.ts';

/** Calls that change what others need as it is come last. */
const ORDER = ['get', 'post', 'put', 'patch', 'delete'];

describe('every operation', () => {
  let system: System;
  let document: OpenAPIObject;
  let answers: Conformance;

  beforeAll(async () => {
    system = await startSystem();
    document = (await request(system.url).get('/openapi.json').expect(200)).body;
    answers = conformance(document);
  }, 60_000);
  afterAll(() => system.close());

  const operations = () =>
    Object.entries(document.paths ?? {})
      .flatMap(([path, item]) =>
        ORDER.filter((method) => method in item).map((method) => ({
          path,
          method,
          operation: (item as Record<string, OperationObject>)[method] as OperationObject,
        })),
      )
      .sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method) || a.path.length - b.path.length);

  const exampleOf = (schema: SchemaObject | undefined): unknown => {
    const {
      example,
      type,
      properties = {},
      required = [],
      items,
      minimum,
    } = resolveReference<SchemaObject>(document, schema) ?? {};
    if (example !== undefined) return example;
    if (type === 'array') return [exampleOf(items as SchemaObject)];
    if (type === 'integer') return minimum ?? 1;
    return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] as SchemaObject)]));
  };

  const bodyOf = ({ requestBody }: OperationObject): object | undefined => {
    if (requestBody === undefined || !('content' in requestBody)) return undefined;
    const { example, schema } = requestBody.content['application/json'] as MediaTypeObject;
    return (example ?? exampleOf(schema as SchemaObject)) as object;
  };

  it('answers as its document says, in every representation', async () => {
    for (const { path, method, operation } of operations()) {
      const parameters = (operation.parameters ?? []) as ParameterObject[];
      const url = path.replaceAll(/\{([^}]+)\}/g, (_, name) => {
        const schema = parameters.find((parameter) => parameter.name === name)?.schema;
        return String(exampleOf(schema as SchemaObject));
      });
      const success = Object.entries(operation.responses ?? {}).find(([status]) =>
        status.startsWith('2'),
      )?.[1];
      const types = Object.keys(success?.content ?? {});
      // What changes something is done once.
      for (const type of method === 'get' ? types : types.slice(0, 1)) {
        const call = request(system.url)[method as 'get'](url).accept(type);
        const { status, headers, text } = await call.send(bodyOf(operation));
        answers.check(method.toUpperCase(), url, status, headers['content-type'] ?? '', text);
        if (status >= 400) throw new Error(`${method} ${url}: ${text}`);
      }
    }
    expect(answers.violations).toEqual([]);
    expect([...answers.answered].toSorted()).toEqual(
      operations()
        .map(({ operation }) => operation.operationId ?? '')
        .toSorted(),
    );
  });

  it('answers with declared problems where it is asked for what is not there', async () => {
    for (const { path, method } of operations()) {
      const url = path.replaceAll(/\{[^}]+\}/g, 'nothing');
      const { status, headers, text } = await request(system.url)
        [method as 'get'](url)
        .query({ nonsense: '1' });
      expect([url, status]).toEqual([url, 400]);
      answers.check(method.toUpperCase(), url, status, headers['content-type'] ?? '', text);
      if (url === path) continue;
      const missing = await request(system.url)
        [method as 'get'](url)
        .send(method === 'post' ? {} : undefined);
      answers.check(
        method.toUpperCase(),
        url,
        missing.status,
        missing.headers['content-type'] ?? '',
        missing.text,
      );
      expect([400, 404]).toContain(missing.status);
    }
    expect(answers.violations).toEqual([]);
  });
});
