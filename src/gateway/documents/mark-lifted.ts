/**
 * Marks the operations to lift: their responses have no links, but the documents have Link Objects for them. Describes in
 * their documents what clients receive. `x-lifted: false` excludes an operation.
 */
import type { OpenAPIObject, OperationObject, PathItemObject, ResponseObject } from 'openapi3-ts/oas31';
import { expandDescription, FIELDS_DESCRIPTION } from '../../contract/schemas/representation.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import { LIFTED, operationName } from '../../hypermedia/graph/graph-operation.ts';
import { type LinkGraph, linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import { expandable, type GraphOperation } from '../../hypermedia/graph/model.ts';
import { declaresLinks } from '../../hypermedia/graph/response-schema.ts';
import { isLinked, Lifter, type Lifting } from '../../hypermedia/lift/lift.ts';
import { type Incremental, runToCompletion } from '../../openapi/incremental.ts';
import { isObject, type Json, walkIncrementally } from '../../openapi/load/grammar.ts';
import { operationsOf } from '../../openapi/load/inherit-defaults.ts';
import { resolveReference } from '../../openapi/reference.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';

export const liftDocuments = (services: readonly ServiceDocument[]): readonly ServiceDocument[] =>
  runToCompletion(liftInSteps(services));

export function* liftInSteps(services: readonly ServiceDocument[]): Incremental<readonly ServiceDocument[]> {
  const graph = yield* linkGraphIncrementally(services);
  if (!graph.hasLinks()) return services;
  const lifted: ServiceDocument[] = [];
  for (const service of services) lifted.push({ ...service, document: yield* liftDocument(service, graph) });
  return lifted;
}

function* liftDocument({ name, document }: ServiceDocument, graph: LinkGraph): Incremental<OpenAPIObject> {
  const operations = new Map<object, GraphOperation>();
  const lifter = new Lifter(name, document, graph);
  for (const [path, pathItem] of Object.entries(document.paths ?? {})) {
    const item = resolveReference<PathItemObject>(document, pathItem);
    for (const [method, operation] of operationsOf(item)) {
      const node = graph.operation(name, (operation.operationId as string) ?? operationName(method, path));
      if (node !== undefined && isLiftable(node, operation, document) && canLift(lifter.of(node), graph))
        operations.set(operation, node);
    }
    yield;
  }
  if (operations.size === 0) return document;
  const schemas = linkedSchemas(name, document, graph);
  return (yield* walkIncrementally(document as unknown as Json, (node, kind) => {
    const operation = operations.get(node);
    if (kind === 'operation' && operation !== undefined) return describeLifted(node, operation, document);
    return kind === 'schema' && schemas.has(node) ? withLinks(node) : node;
  })) as unknown as OpenAPIObject;
}

const isLiftable = (node: GraphOperation, operation: Json, document: OpenAPIObject): boolean =>
  node.body !== undefined && operation[LIFTED] !== false && !declaresLinks(document, node.body.schema);

const canLift = (lifting: Lifting | undefined, graph: LinkGraph): boolean =>
  lifting !== undefined && isLinked(lifting, graph);

const linkedSchemas = (name: string, document: OpenAPIObject, graph: LinkGraph): Set<object> =>
  new Set(
    graph
      .shapesOf(name)
      .filter(({ isNamed, links }) => isNamed && links.size > 0)
      .flatMap((shape) => resolveReference(document, document.components?.schemas?.[shape.name]) ?? [])
      .filter((schema) => 'properties' in schema),
  );

function describeLifted(operation: Json, node: GraphOperation, document: OpenAPIObject): Json {
  const { responses = {} } = operation as unknown as OperationObject;
  return {
    ...operation,
    [LIFTED]: true,
    ...(node.method === 'GET' && withSelection(operation, node)),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [
        status,
        status.startsWith('2') ? withFormats(resolveReference<ResponseObject>(document, response)) : response,
      ]),
    ),
  };
}

const SELECTION: ReadonlySet<string> = new Set(['expand', 'fields']);

/** Adds `expand` and `fields`, unless the service has parameters with these names. */
function withSelection({ parameters = [] }: Json, { query, shape }: GraphOperation): Json {
  const rels = shape === undefined ? [] : expandable(shape.item ?? shape).map(({ rel }) => rel);
  if (rels.length === 0 || query.some(({ name }) => SELECTION.has(name))) return {};
  const list = {
    in: 'query',
    style: 'form',
    explode: false,
    schema: { type: 'array', items: { type: 'string' } },
  };
  return {
    parameters: [
      ...(parameters as unknown[]),
      { name: 'expand', description: expandDescription(rels), ...list },
      { name: 'fields', description: FIELDS_DESCRIPTION, ...list },
    ],
  };
}

function withFormats(response: ResponseObject | undefined): ResponseObject | undefined {
  const types = Object.keys(response?.content ?? {});
  if (response === undefined || !types.some(isJsonType)) return response;
  const added = formats
    .filter(({ mediaType }) => !types.includes(mediaType))
    .map(({ mediaType, rendering }) => [mediaType, { schema: { type: rendering ? 'string' : 'object' } }]);
  return { ...response, content: { ...response.content, ...Object.fromEntries(added) } };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  _links: 'Links by relation (HAL §4.1.1).',
  _embedded: 'Resources that `expand` requested, by link relation.',
};

/** Adds members that the service neither sends nor receives. */
function withLinks(schema: Json): Json {
  const added = Object.entries(DESCRIPTIONS).map(([name, description]) => [
    name,
    { type: 'object', readOnly: true, description },
  ]);
  return {
    ...schema,
    properties: { ...(isObject(schema.properties) && schema.properties), ...Object.fromEntries(added) },
  };
}
