/**
 * Converts a contract to an OpenAPI 3.1 document. It is deterministic, so that the committed document can be compared
 * with the generated one.
 */

import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import type { OpenAPIObject, SecuritySchemeObject } from 'openapi3-ts/oas31';
import type { Contract } from '../contract.ts';
import { ContractFault } from '../contract-fault.ts';
import { DESTRUCTIVE_EXTENSION } from '../destructive.ts';
import { JSON_TYPE } from '../media-types.ts';
import { isUnsafe, type LinkSpec, type Operation, type ResponseSpec } from '../operation.ts';
import { PROBLEM_MEDIA_TYPE, type ProblemType, problemPath } from '../problem.ts';
import { implicitProblems } from '../problems.ts';
import { isPage, isResource } from '../resource.ts';
import { z } from '../schema.ts';
import { isPatch } from '../schemas/patch.ts';
import { RepresentationSchemas, type ResourceFormat } from '../schemas/representation.ts';
import { requestHeaders } from '../schemas/request-headers.ts';
import { requirementsOf, type SecurityRequirements, securityProblems } from '../security.ts';
import { ExpressibilityCheck } from './expressibility.ts';

/** The problem types of an operation: its own and the implicit ones of its method, its input and its security. */
export const problemsOf = (
  operation: Operation,
  contract: Pick<Contract, 'security'> = {},
): readonly ProblemType[] => {
  const own = operation.problems ?? [];
  const implied = implicitProblems({
    method: operation.method,
    hasPathParameters: operation.params !== undefined,
    hasBody: operation.body !== undefined,
    expands: expands(operation),
  });
  const security = securityProblems(requirementsOf(operation, contract));
  return [...new Set([...implied, ...security, ...own])].sort(
    (a, b) => a.status - b.status || (a.code < b.code ? -1 : 1),
  );
};

/** Whether the operation has the parameter `?expand=`: every GET that returns resources has it. */
const expands = (operation: Operation): boolean =>
  operation.method === 'get' &&
  Object.values(operation.responses).some(({ body }) => isResource(body) || isPage(body));

/** @throws ContractFault for schemas that OpenAPI cannot express */
function checkExpressible({ service, operations }: Contract): void {
  const expressible = new ExpressibilityCheck();
  for (const { operationId, params, query, body, responses } of operations) {
    const part = (name: string) => `${service}: ${operationId}: ${name}`;
    for (const [name, schema] of Object.entries(params?.shape ?? {}))
      expressible.checkSchema(schema, part(`path parameter ${name}`), 'text');
    if (query) expressible.checkQuery(query, (name) => part(`query parameter ${name}`));
    if (isPatch(body))
      for (const [type, { schema }] of Object.entries(body.content))
        expressible.checkSchema(schema, part(`body (${type})`), 'json');
    else if (body !== undefined) expressible.checkSchema(body, part('body'), 'json');
    for (const [status, { body: sent }] of Object.entries(responses)) {
      if (sent === undefined) continue;
      const state = isPage(sent) ? sent.item.state : isResource(sent) ? sent.state : sent;
      expressible.checkSchema(state, part(`response ${status}`), 'response');
    }
  }
  if (expressible.faults.length > 0) throw new ContractFault(expressible.faults);
}

/**
 * The OpenAPI 3.1 document of a contract.
 * @param formats the representation formats of resources, in order of preference
 * @throws ContractFault for schemas that OpenAPI cannot express
 */
export function contractDocument(contract: Contract, formats: readonly ResourceFormat[]): OpenAPIObject {
  checkExpressible(contract);
  const registry = new OpenAPIRegistry();
  const representations = new RepresentationSchemas(contract, formats);
  for (const [name, scheme] of Object.entries(contract.securitySchemes ?? {}))
    registry.registerComponent('securitySchemes', name, scheme as SecuritySchemeObject);
  for (const type of contract.operations.flatMap((operation) => problemsOf(operation, contract)))
    registry.registerComponent('examples', type.code, exampleOf(type));
  const problems = new Map<string, ProblemType>();
  for (const operation of contract.operations) {
    const problemTypes = problemsOf(operation, contract);
    for (const type of problemTypes) problems.set(type.code, type);
    registry.registerPath({
      method: operation.method,
      path: operation.path,
      operationId: operation.operationId,
      summary: operation.summary,
      ...(operation.description === undefined ? {} : { description: operation.description }),
      ...(operation.deprecated === undefined ? {} : { deprecated: true }),
      ...(operation.destructive === true && { [DESTRUCTIVE_EXTENSION]: true }),
      ...(operation.entry === undefined ? {} : { 'x-entry': operation.entry }),
      tags: [contract.service],
      ...(operation.security && { security: copyRequirements(operation.security) }),
      request: requestOf(operation, representations),
      responses: {
        ...successResponses(operation, representations),
        ...problemResponses(problemTypes),
      },
    });
  }
  const generator = new OpenApiGeneratorV31(registry.definitions, { sortComponents: 'alphabetically' });
  const top = {
    openapi: '3.1.0',
    info: { title: contract.title, version: contract.version, description: contract.description },
    tags: [{ name: contract.service, description: contract.description }],
    // An empty list says that no credentials are required.
    security: copyRequirements(contract.security ?? []),
  };
  return prune(
    generate(contract, () => generator.generateDocument(top)),
    problems,
  );
}

const copyRequirements = (requirements: SecurityRequirements): Record<string, string[]>[] =>
  requirements.map((requirement) =>
    Object.fromEntries(Object.entries(requirement).map(([scheme, scopes]) => [scheme, [...scopes]])),
  );

/** @throws ContractFault for everything else that the generator does not support */
function generate<T>({ service }: Contract, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { message } = error as { message: string };
    throw new ContractFault([`${service}: its document cannot be generated: ${message.split('\n', 1)[0]}`]);
  }
}

function requestOf(operation: Operation, representations: RepresentationSchemas) {
  const query = expands(operation)
    ? (operation.query ?? z.object({})).extend(representations.selectionParameters(operation))
    : operation.query;
  return {
    ...(operation.params === undefined ? {} : { params: operation.params }),
    ...(query === undefined ? {} : { query }),
    ...(isUnsafe(operation) ? { headers: requestHeaders(operation) } : {}),
    ...(operation.body === undefined
      ? {}
      : {
          body: {
            required: true,
            content: isPatch(operation.body)
              ? operation.body.content
              : { [JSON_TYPE]: { schema: operation.body } },
          },
        }),
  };
}

const MINIMAL_RESPONSE: [string, ResponseSpec] = [
  '204',
  { description: 'Done. The request asked for no body with `Prefer: return=minimal`.' },
];

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
});

const deprecation = {
  Deprecation: header('When the operation was deprecated (RFC 9745).', '@1767225600'),
};
const DEPRECATION = [
  deprecation,
  {
    ...deprecation,
    Sunset: header('When the operation may be removed (RFC 8594).', 'Fri, 01 Jan 2027 00:00:00 GMT'),
  },
] as const;

function successResponses(
  operation: Operation,
  representations: RepresentationSchemas,
): Record<string, ResponseConfig> {
  const declared = Object.entries(operation.responses);
  const minimal = isUnsafe(operation) && operation.responses[200] !== undefined && !operation.responses[204];
  return Object.fromEntries(
    [...declared, ...(minimal ? [MINIMAL_RESPONSE] : [])].map(([status, response]) => [
      status,
      {
        description: response.description,
        ...content(response, representations),
        headers: headersOf(operation, Number(status), response),
        ...(response.links === undefined ? {} : { links: linksOf(response.links) }),
      },
    ]),
  );
}

function content(
  { body }: ResponseSpec,
  representations: RepresentationSchemas,
): Pick<ResponseConfig, 'content'> {
  if (body === undefined) return {};
  if (!isResource(body) && !isPage(body)) return { content: { [JSON_TYPE]: { schema: body } } };
  return { content: representations.content(body) };
}

function headersOf(operation: Operation, status: number, { body }: ResponseSpec) {
  return {
    ...(isResource(body) || isPage(body) || (status === 204 && operation.method !== 'delete')
      ? { ETag: header('Strong validator of this representation.', '"Zk3…"') }
      : {}),
    ...(operation.deprecated === undefined
      ? {}
      : DEPRECATION[operation.deprecated.sunset === undefined ? 0 : 1]),
    ...(status === 201 ? { Location: header('The new resource.', '/…') } : {}),
    ...(operation.method !== 'get' && isResource(body)
      ? { 'Content-Location': header('The resource that the body represents.', '/…') }
      : {}),
  };
}

const linksOf = (links: Readonly<Record<string, LinkSpec>>) =>
  Object.fromEntries(
    Object.entries(links).map(([rel, { each, parameters, ...link }]) => [
      rel,
      {
        ...link,
        ...(parameters === undefined ? {} : { parameters: { ...parameters } }),
        ...(each === undefined ? {} : { 'x-each': each }),
      },
    ]),
  );

const exampleOf = ({ code, title, status, meaning }: ProblemType) => ({
  summary: title,
  value: { type: problemPath(code), title, status, detail: meaning },
});

/** One response for each status, with an example for each problem type with that status. */
function problemResponses(types: readonly ProblemType[]): Record<string, ResponseConfig> {
  const byStatus = Map.groupBy(types, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map(({ title }) => `${title}.`).join(' Or: '),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: problemSchema,
            examples: Object.fromEntries(
              group.map(({ code }) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      },
    ]),
  );
}

const problemSchema = z
  .looseObject({
    type: z.string().openapi({
      format: 'uri-reference',
      description: 'Identifies the problem type; also the URL of its page.',
    }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'Explanation of this occurrence.' }),
    _links: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({ description: 'Links to the next possible steps (HAL §4.1.1).' }),
  })
  .openapi('Problem', { description: 'Problem details (RFC 9457).' });

/** Drops empty sections and adds the catalog of problem types for the pages at `/problems/{code}`. */
function prune(
  { webhooks: _, components, ...document }: OpenAPIObject,
  problems: Map<string, ProblemType>,
): OpenAPIObject {
  const { parameters, ...rest } = components ?? {};
  const catalogue = [...problems.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  return {
    ...document,
    components: {
      ...rest,
      ...(parameters && Object.keys(parameters).length > 0 ? { parameters } : {}),
      'x-problems': Object.fromEntries(catalogue.map(({ code, ...type }) => [code, type])),
    },
  };
}
