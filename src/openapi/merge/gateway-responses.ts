/**
 * Responses that the gateway itself may send instead of a service (RFC 9457 problems). They are added to every
 * operation that does not declare these statuses, and merged after the documents of all services.
 */
import { PROBLEM_MEDIA_TYPE, type ProblemType, problemPath } from '../../contract/problem.ts';
import {
  badGateway,
  circuitOpen,
  contractBroken,
  overloaded,
  serviceUnreachable,
  upstreamTimeout,
} from '../../contract/problems.ts';
import { isObject, type Json } from '../load/grammar.ts';
import { operationsOf } from '../load/inherit-defaults.ts';
import { componentTarget, referenceTo } from './component-references.ts';
import type { ComponentRegistry, NameOf } from './component-registry.ts';

const gatewayResponses: Readonly<
  Record<string, { name: string; description: string; types: ProblemType[] }>
> = {
  502: { name: 'BadGateway', description: badGateway.title, types: [badGateway, contractBroken] },
  503: {
    name: 'ServiceUnavailable',
    description: 'The service is unavailable',
    types: [serviceUnreachable, circuitOpen, overloaded],
  },
  504: { name: 'GatewayTimeout', description: upstreamTimeout.title, types: [upstreamTimeout] },
};

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
};

const problemSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    _links: { type: 'object', description: 'Where to go from here (HAL §4.1.1).' },
  },
};

const response = (status: string, description: string, types: ProblemType[]): Json => ({
  description,
  ...(status === '503' && { headers: retryAfter }),
  content: {
    [PROBLEM_MEDIA_TYPE]: {
      schema: problemSchema,
      examples: Object.fromEntries(
        types.map(({ code, title, meaning }) => [
          code,
          {
            summary: title,
            value: { type: problemPath(code), title, status: Number(status), detail: meaning },
          },
        ]),
      ),
    },
  },
});

/** The gateway's own document: its responses as components. */
export const gatewayDocument: Json = {
  components: {
    responses: Object.fromEntries(
      Object.entries(gatewayResponses).map(([status, { name, description, types }]) => [
        name,
        response(status, description, types),
      ]),
    ),
  },
};

/** Adds the gateway's responses to the operations of a path item. */
export function withGatewayResponses(item: Json, nameOf: NameOf): Json {
  return {
    ...item,
    ...Object.fromEntries(
      operationsOf(item).map(([method, operation]) => {
        const declared = isObject(operation.responses) ? operation.responses : {};
        const missing = Object.entries(gatewayResponses).filter(
          ([status]) => !(status in declared || '5XX' in declared),
        );
        const added = missing.map(([status, { name }]) => [
          status,
          { $ref: referenceTo('responses', nameOf('responses', name)) },
        ]);
        return [method, { ...operation, responses: { ...declared, ...Object.fromEntries(added) } }];
      }),
    ),
  };
}

/** Names of the path items in `components` that public paths refer to. */
export const pathItemsInUse = (paths: Json, registry: ComponentRegistry): Set<string> =>
  new Set(
    Object.values(paths).flatMap((item) => {
      const target = isObject(item) ? componentTarget(item.$ref) : undefined;
      return target?.section === 'pathItems' && registry.get('pathItems', target.name) ? [target.name] : [];
    }),
  );
