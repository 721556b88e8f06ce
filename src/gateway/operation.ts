/** Everything about an operation that a request needs, computed when its document is loaded. */
import type { OpenAPIObject, OperationObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import type { JsonLimits } from '../config/limits.ts';
import { fragmentToken } from '../contract/json-pointer.ts';
import { firstSegment, RESERVED_SEGMENTS } from '../contract/reserved-paths.ts';
import { whyUnreachable } from '../http/uri/route-tree.ts';
import type { Incremental } from '../openapi/incremental.ts';
import { runToCompletion } from '../openapi/incremental.ts';
import { hasOtherServer } from '../openapi/load/base-path.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import type { Json } from '../openapi/load/grammar.ts';
import { isObject, METHODS } from '../openapi/load/grammar.ts';
import { ADDITIONAL_OPERATIONS } from '../openapi/load/openapi-3-2.ts';
import { pathShape } from '../openapi/load/paths.ts';
import type { Mount } from './routing/path-mapping.ts';
import { RequestBody } from './validation/body/request-body.ts';
import { Parameters } from './validation/parameters/parameters.ts';
import type { QueryValidator } from './validation/parameters/query.ts';
import { compileQuery } from './validation/parameters/query.ts';
import { DeclaredResponses } from './validation/responses.ts';
import type { JsonNode } from './validation/schema/json-node.ts';
import { resolvePath } from './validation/schema/json-node.ts';
import { SchemaReferences } from './validation/schema/schema-references.ts';
import { Schemas } from './validation/schema/schemas.ts';
import { TimeSlice } from './validation/schema/time-slice.ts';

export interface GatewayOperation {
  readonly service: string;
  /** The document's, or method and path where it has none. */
  readonly operationId: string;
  /** In upper case. */
  readonly method: string;
  /** Path template, as the document has it. */
  readonly path: string;
  /** Where its service has its paths, unless they are the same there as here. */
  readonly mount: Mount | undefined;
  readonly definition: OperationObject;
  readonly parameters: {
    readonly path: Parameters;
    readonly query: QueryValidator;
    readonly header: Parameters;
    readonly cookie: Parameters;
  };
  readonly body: RequestBody | undefined;
  /** Whether one that the document does not declare is passed on as it comes. */
  readonly takesAnyBody: boolean;
  /** What its answers are held against; absent where they are not, or the document says nothing of them. */
  readonly responses: DeclaredResponses | undefined;
}

/** @param path and query, as they came */
export const targetOf = ({ mount }: GatewayOperation, path: string): string =>
  mount === undefined ? path : mount.toService(path);

export interface OperationsOptions {
  readonly service: string;
  readonly document: OpenAPIObject;
  readonly unknownQuery?: 'reject' | 'pass';
  /** Whether a body is passed on to an operation that declares none. */
  readonly unknownBody?: 'reject' | 'pass';
  /** What is taken of JSON in a request. */
  readonly json?: JsonLimits;
  readonly mount?: Mount | undefined;
  /** Whether answers are held against it too. */
  readonly holdsResponses?: boolean;
  /** Whether checks throw `TimeSliceExceeded` where they need more than one turn of the event loop at first. */
  readonly inTurns?: boolean;
  /** Whether every schema is compiled at once, to see which are none. */
  readonly isEager?: boolean;
  /** Whether a path that belongs to the gateway is left out, and told, so that the rest can be looked at. */
  readonly isReservedTold?: boolean;
  /** Called for what is wrong in the document: at once, or for a schema at its first use. */
  readonly onFault?: (fault: DocumentFault) => void;
}

/** @throws ConfigError when the document claims a reserved path, unless that is told */
export const compileOperations = (options: OperationsOptions): GatewayOperation[] =>
  runToCompletion(compileInSteps(options));

/** The same in steps, one a path. */
export function* compileInSteps({
  service,
  document,
  unknownQuery = 'reject',
  unknownBody = 'reject',
  json,
  mount,
  holdsResponses = false,
  inTurns = false,
  isEager = false,
  isReservedTold = false,
  onFault: tell = () => {},
}: OperationsOptions): Incremental<GatewayOperation[]> {
  const onFault = once(tell);
  const root = document as unknown as Json;
  const turn = inTurns ? new TimeSlice() : undefined;
  const references = new SchemaReferences(root, turn?.checkpoint);
  const schemas = new Schemas(root, onFault, isEager, 'request', references, json, turn);
  const answered = new Schemas(root, onFault, isEager, 'response', references, json, turn);
  const top: JsonNode = { node: root, pointer: '#' };
  const served = new Map<string, string>();
  const twins = twinsOf(document);
  const compiledAt = (path: string): GatewayOperation[] => {
    if (!path.startsWith('/')) return [];
    const segment = firstSegment(path);
    if (RESERVED_SEGMENTS.has(segment)) {
      if (isReservedTold) {
        const pointer = `#/paths/${fragmentToken(path)}`;
        onFault({ pointer, reason: `is refused with its document: /${segment} belongs to the gateway` });
        return [];
      }
      throw new ConfigError(
        `${service}: ${path} is not to be had: /${segment} belongs to the gateway; choose another path`,
      );
    }
    const item = resolvePath(root, top, 'paths', path);
    if (!item) return [];
    const reason = whyUnreachable(path);
    if (reason !== undefined) {
      onFault({ pointer: item.pointer, reason: `goes unserved: ${reason}` });
      return [];
    }
    for (const method of Object.keys((item.node[ADDITIONAL_OPERATIONS] as Json | undefined) ?? {}))
      onFault({
        pointer: `${item.pointer}/${ADDITIONAL_OPERATIONS}/${method}`,
        reason: 'goes unserved: Node knows no such method',
      });
    return METHODS.flatMap((method) => {
      const operation = resolvePath(root, item, method);
      if (!operation) return [];
      const key = `${method} ${pathShape(path)}`;
      const other = served.get(key);
      if (other !== undefined) {
        onFault({
          pointer: operation.pointer,
          reason: `is served as ${other}: to a router the two are one path`,
        });
        return [];
      }
      served.set(key, path);
      if ([item, operation].some(({ node }) => hasOtherServer(document, node.servers)))
        onFault({
          pointer: operation.pointer,
          reason: "has a server of its own: it is called where the service's others are",
        });
      const { pointer } = operation;
      const parameters = parametersOf(root, item, operation);
      const body = resolvePath(root, operation, 'requestBody');
      return {
        service,
        operationId: String(operation.node.operationId ?? `${method.toUpperCase()} ${path}`),
        method: method.toUpperCase(),
        path,
        mount,
        definition: operation.node as unknown as OperationObject,
        parameters: {
          // Whose parameters they are, where several templates are one, nobody can tell.
          path: new Parameters(root, twins.has(pathShape(path)) ? [] : parameters, 'path', schemas, pointer),
          query: compileQuery(root, parameters, schemas, pointer, unknownQuery === 'reject'),
          header: new Parameters(root, parameters, 'header', schemas, pointer),
          cookie: new Parameters(root, parameters, 'cookie', schemas, pointer),
        },
        body: body && new RequestBody(root, body, schemas, method.toUpperCase()),
        takesAnyBody: unknownBody === 'pass',
        responses:
          holdsResponses && Object.keys(operation.node.responses ?? {}).length > 0
            ? new DeclaredResponses(root, operation, answered)
            : undefined,
      };
    });
  };
  const compiled: GatewayOperation[] = [];
  for (const path of Object.keys(document.paths ?? {})) {
    compiled.push(...compiledAt(path));
    yield;
  }
  return compiled;
}

/** A schema may be in use at many places, and compiled in several ways. */
function once(tell: (fault: DocumentFault) => void): (fault: DocumentFault) => void {
  const told = new Set<string>();
  return (fault) => {
    const key = `${fault.pointer} ${fault.reason}`;
    if (told.has(key)) return;
    told.add(key);
    tell(fault);
  };
}

/** Shapes that several templates of a document have, which is not allowed (OpenAPI 3.1 §4.8.8) and done. */
const twinsOf = ({ paths = {} }: OpenAPIObject): ReadonlySet<string> => {
  const seen = new Set<string>();
  return new Set(
    Object.keys(paths)
      .map(pathShape)
      .filter((shape) => seen.size === seen.add(shape).size),
  );
};

/** Those of the path item, unless the operation has one of the same name and place. */
const parametersOf = (document: Json, item: JsonNode, operation: JsonNode): JsonNode[] => {
  const found = new Map<string, JsonNode>();
  for (const owner of [item, operation]) {
    const { parameters } = owner.node;
    for (const index of Array.isArray(parameters) ? parameters.keys() : []) {
      const list: JsonNode = { node: parameters as unknown as Json, pointer: `${owner.pointer}/parameters` };
      const parameter = resolvePath(document, list, index);
      if (isObject(parameter?.node)) found.set(`${parameter.node.in} ${parameter.node.name}`, parameter);
    }
  }
  return [...found.values()];
};
