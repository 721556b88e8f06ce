/** Declares 429 for the operations that are limited, in the documents from which the public one is merged. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { RateLimitRule } from '../../config/policies/rate-limits.ts';
import { PROBLEM_MEDIA_TYPE, problemPath } from '../../contract/problem.ts';
import { rateLimited } from '../../contract/problems.ts';
import { isObject, type Json } from '../../openapi/load/grammar.ts';
import { operationsOf } from '../../openapi/load/inherit-defaults.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { operationIdOf } from '../operation.ts';
import { appliesTo } from './applicable.ts';

const STATUS = String(rateLimited.status);
const NAME = 'TooManyRequests';

/** Documents that have the response already, or no limited operation, stay as they are. */
export const declareRateLimits = (
  services: readonly ServiceDocument[],
  rules: readonly RateLimitRule[],
): readonly ServiceDocument[] =>
  services.map((service) => {
    const { name, document } = service;
    const declared = withResponses(document as unknown as Json, name, rules);
    return declared === undefined ? service : { name, document: declared as unknown as OpenAPIObject };
  });

function withResponses(document: Json, service: string, rules: readonly RateLimitRule[]): Json | undefined {
  const components = isObject(document.components) ? document.components : {};
  const responses = isObject(components.responses) ? components.responses : {};
  const name = freeName(responses);
  let hasChanged = false;
  const declare = (path: string, item: unknown): unknown => {
    if (!isObject(item)) return item;
    const changed = operationsOf(item).flatMap(([method, operation]) => {
      const known = isObject(operation.responses) ? operation.responses : {};
      const operationId = operationIdOf(operation, method, path);
      const isLimited = rules.some((rule) =>
        appliesTo(rule, { service, operationId, method: method.toUpperCase() }),
      );
      if (!isLimited || STATUS in known || '4XX' in known) return [];
      const reference = { $ref: `#/components/responses/${name}` };
      return [[method, { ...operation, responses: { ...known, [STATUS]: reference } }] as const];
    });
    if (changed.length === 0) return item;
    hasChanged = true;
    return { ...item, ...Object.fromEntries(changed) };
  };
  const declareAll = (items: unknown): Json =>
    Object.fromEntries(
      Object.entries(isObject(items) ? items : {}).map(([path, item]) => [path, declare(path, item)]),
    );
  const paths = declareAll(document.paths);
  // Paths may refer to them.
  const pathItems = 'pathItems' in components && { pathItems: declareAll(components.pathItems) };
  if (!hasChanged) return undefined;
  return {
    ...document,
    paths,
    components: { ...components, ...pathItems, responses: { ...responses, [name]: RESPONSE } },
  };
}

function freeName(taken: Json): string {
  let name = NAME;
  while (name in taken) name = `${name}_`;
  return name;
}

const text = (description: string) => ({ description, schema: { type: 'string' } });

const RESPONSE: Json = {
  description: rateLimited.title,
  headers: {
    'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
    RateLimit: text('The limit, what is left of it, and the seconds until it is free again.'),
    'RateLimit-Policy': text('The limits that apply, with their quotas and windows.'),
  },
  content: {
    [PROBLEM_MEDIA_TYPE]: {
      schema: {
        type: 'object',
        description: 'Problem details (RFC 9457).',
        required: ['type', 'title', 'status', 'detail', 'limit', 'availableAt'],
        properties: {
          type: { type: 'string', format: 'uri-reference' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          limit: { type: 'string', description: 'The name of the limit.' },
          availableAt: {
            type: 'string',
            format: 'date-time',
            description: 'When the request would be allowed.',
          },
          _links: { type: 'object', description: 'Where to go from here (HAL §4.1.1).' },
        },
      },
      examples: {
        [rateLimited.code]: {
          summary: rateLimited.title,
          value: {
            type: problemPath(rateLimited.code),
            title: rateLimited.title,
            status: rateLimited.status,
            detail: rateLimited.meaning,
            limit: 'default',
            availableAt: '2030-01-01T00:00:00.000Z',
          },
        },
      },
    },
  },
};
