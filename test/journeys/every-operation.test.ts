/** Every operation succeeds with the examples of the public document, and its responses match the document. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  MediaTypeObject,
  OpenAPIObject,
  OperationObject,
  ParameterObject,
  SchemaObject,
} from 'openapi3-ts/oas31';
import request from 'supertest';
import { resolveReference } from '../../src/openapi/reference.ts';
import { type Conformance, conformance } from '../support/conformance.ts';
import { hasSamples } from '../support/samples.ts';
import { driftOf, type System, startSystem } from '../support/system.ts';

/** Calls that change resources which other calls need come last. */
const ORDER = ['get', 'post', 'put', 'patch', 'delete'];

describe('Every operation of the public document', () => {
  let system: System;
  let document: OpenAPIObject;
  let checker: Conformance;

  beforeEach(async () => {
    system = await startSystem({ responses: 'enforce' });
    document = (await request(system.url).get('/openapi.json').expect(200)).body;
    checker = conformance(document);
  }, 60_000);
  afterEach(async () => {
    const { faults } = await driftOf(system);
    await system.close();
    expect(faults).toEqual([]);
  });

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

  interface Sample {
    readonly headers: Record<string, string>;
    readonly body?: object | undefined;
  }

  /** One request body for each media type that the operation accepts. */
  const samplesOf = ({ requestBody, parameters = [] }: OperationObject): Sample[] => {
    const headers = Object.fromEntries(
      (parameters as ParameterObject[])
        .map(({ in: place, name, schema }) => [place, name, (schema as SchemaObject).example])
        .filter(([place, , example]) => place === 'header' && example !== undefined)
        .map(([, name, example]) => [name, example]),
    );
    if (requestBody === undefined || !('content' in requestBody)) return [{ headers }];
    return Object.entries(requestBody.content).map(
      ([type, { example, schema }]: [string, MediaTypeObject]) => ({
        headers: { ...headers, 'Content-Type': type },
        body: (example ?? exampleOf(schema as SchemaObject)) as object,
      }),
    );
  };

  const urlOf = (path: string, { parameters = [] }: OperationObject) =>
    path.replaceAll(/\{([^}]+)\}/g, (_, name) => {
      const schema = (parameters as ParameterObject[]).find((parameter) => parameter.name === name)?.schema;
      return String(exampleOf(schema as SchemaObject));
    });

  const call = async (method: string, url: string, { headers, body }: Sample, type = '*/*') => {
    const sent = request(system.url)[method as 'get'](url).accept(type).set(headers);
    const response = await (body === undefined ? sent : sent.send(body));
    checker.check(
      method.toUpperCase(),
      url,
      response.status,
      response.headers['content-type'] ?? '',
      response.text,
    );
    return response;
  };

  it('succeeds, and its responses match the document in every representation', async () => {
    for (const { path, method, operation } of operations()) {
      const url = urlOf(path, operation);
      const success = Object.entries(operation.responses ?? {}).find(([status]) =>
        status.startsWith('2'),
      )?.[1];
      const types = Object.keys(success?.content ?? {});
      for (const sample of samplesOf(operation)) {
        // Operations that change something are called once.
        for (const type of method === 'get' ? types : [types[0]]) {
          const { status, text } = await call(method, url, sample, type);
          if (status >= 400) throw new Error(`${method} ${url}: ${text}`);
        }
      }
    }
    expect(checker.violations).toEqual([]);
    expect([...checker.succeeded].toSorted()).toEqual(
      operations()
        .map(({ operation }) => operation.operationId ?? '')
        .toSorted(),
    );
  });

  it('responds to unknown resources and parameters with declared problems', async () => {
    for (const { path, method, operation } of operations()) {
      const url = path.replaceAll(/\{[^}]+\}/g, 'nothing');
      for (const sample of samplesOf(operation)) {
        const unknown = await call(method, `${url}?nonsense=1`, sample);
        expect([url, unknown.status]).toEqual([url, 400]);
        if (url === path) continue;
        const missing = await call(method, url, sample);
        expect([method, url, missing.status]).toEqual([method, url, 404]);
      }
    }
    expect(checker.violations).toEqual([]);
  });

  it('changes nothing without If-Match or with another entity tag', async () => {
    const guarded = operations().filter(({ operation }) =>
      operation.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'If-Match'),
    );
    const methods = hasSamples ? ['put', 'patch', 'delete'] : [];
    expect(guarded.map(({ method }) => method)).toEqual(expect.arrayContaining(methods));
    for (const { path, method, operation } of guarded) {
      const url = urlOf(path, operation);
      for (const { headers, body } of samplesOf(operation)) {
        const { 'If-Match': needed, ...others } = headers;
        if (needed !== undefined)
          expect([method, url, (await call(method, url, { headers: others, body })).status]).toEqual([
            method,
            url,
            428,
          ]);
        const stale = { ...others, 'If-Match': '"of.yesterday"' };
        expect([method, url, (await call(method, url, { headers: stale, body })).status]).toEqual([
          method,
          url,
          412,
        ]);
      }
    }
    expect(checker.violations).toEqual([]);
  });
});
