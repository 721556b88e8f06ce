/** Compiles operations when their document is loaded, so that requests need no further computation. */
import type { OpenAPIObject, OperationObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import type { JsonLimits } from '../config/limits.ts';
import { fragmentToken } from '../contract/json-pointer.ts';
import { firstSegment, RESERVED_SEGMENTS } from '../contract/reserved-paths.ts';
import { unreachableReason } from '../http/uri/route-tree.ts';
import type { Incremental } from '../openapi/incremental.ts';
import { runToCompletion } from '../openapi/incremental.ts';
import { hasOtherServer } from '../openapi/load/base-path.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import type { Json } from '../openapi/load/grammar.ts';
import { isObject, METHODS } from '../openapi/load/grammar.ts';
import { ADDITIONAL_OPERATIONS } from '../openapi/load/openapi-3-2.ts';
import { pathShape } from '../openapi/load/paths.ts';
import { schemesOf } from '../security/schemes.ts';
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
  /** The operation id of the document; method and path if it has none. */
  readonly operationId: string;
  /** Method in upper case. */
  readonly method: string;
  /** Path template from the document. */
  readonly path: string;
  /** Maps public paths to paths of the service, if they differ. */
  readonly mount: Mount | undefined;
  readonly definition: OperationObject;
  readonly parameters: {
    readonly path: Parameters;
    readonly query: QueryValidator;
    readonly header: Parameters;
    readonly cookie: Parameters;
  };
  readonly body: RequestBody | undefined;
  /** Whether a body that the document does not declare is forwarded. */
  readonly acceptsUndeclaredBody: boolean;
  /** Checks responses; undefined if responses are not checked or the document does not declare them. */
  readonly responses: DeclaredResponses | undefined;
}

/** The operation id of the document; method and path if it has none. */
export const operationIdOf = ({ operationId }: Json, method: string, path: string): string =>
  String(operationId ?? `${method.toUpperCase()} ${path}`);

/** @param path path and query as received */
export const serviceTarget = ({ mount }: GatewayOperation, path: string): string =>
  mount === undefined ? path : mount.toService(path);

export interface OperationsOptions {
  readonly service: string;
  readonly document: OpenAPIObject;
  readonly unknownQuery?: 'reject' | 'pass';
  /** Whether a body is forwarded to an operation that does not declare one. */
  readonly unknownBody?: 'reject' | 'pass';
  /** Limits for JSON in requests. */
  readonly json?: JsonLimits;
  readonly mount?: Mount | undefined;
  /** Whether responses are checked as well. */
  readonly validatesResponses?: boolean;
  /** Whether checks throw `TimeSliceExceeded` when their first run takes more than one turn of the event loop. */
  readonly inTurns?: boolean;
  /** Whether every schema is compiled at once, to find invalid ones. */
  readonly isEager?: boolean;
  /** Whether a reserved path is reported and skipped instead of thrown, so that the rest can be checked. */
  readonly reportsReservedPaths?: boolean;
  /** Called for faults in the document: at once, or when a schema is first used. */
  readonly onFault?: (fault: DocumentFault) => void;
}

/** @throws ConfigError when the document has a reserved path, unless reserved paths are reported */
export const compileOperations = (options: OperationsOptions): GatewayOperation[] =>
  runToCompletion(compileInSteps(options));

/** The same in steps, one per path. */
export function* compileInSteps({
  service,
  document,
  unknownQuery = 'reject',
  unknownBody = 'reject',
  json,
  mount,
  validatesResponses = false,
  inTurns = false,
  isEager = false,
  reportsReservedPaths = false,
  onFault: report = () => {},
}: OperationsOptions): Incremental<GatewayOperation[]> {
  const onFault = withoutDuplicates(report);
  const root = document as unknown as Json;
  const turn = inTurns ? new TimeSlice() : undefined;
  const references = new SchemaReferences(root, turn?.checkpoint);
  const requestSchemas = new Schemas(root, onFault, isEager, 'request', references, json, turn);
  const responseSchemas = new Schemas(root, onFault, isEager, 'response', references, json, turn);
  const top: JsonNode = { node: root, pointer: '#' };
  const keys = queryKeys(document);
  const pathsByKey = new Map<string, string>();
  const ambiguousShapes = ambiguousShapesOf(document);
  const compilePath = (path: string): GatewayOperation[] => {
    if (!path.startsWith('/')) return [];
    const segment = firstSegment(path);
    if (RESERVED_SEGMENTS.has(segment)) {
      if (reportsReservedPaths) {
        const pointer = `#/paths/${fragmentToken(path)}`;
        onFault({ pointer, reason: `makes the document invalid: /${segment} is reserved by the gateway` });
        return [];
      }
      throw new ConfigError(
        `${service}: ${path} is not allowed: /${segment} is reserved by the gateway; choose another path`,
      );
    }
    const item = resolvePath(root, top, 'paths', path);
    if (!item) return [];
    const reason = unreachableReason(path);
    if (reason !== undefined) {
      onFault({ pointer: item.pointer, reason: `is not served: ${reason}` });
      return [];
    }
    for (const method of Object.keys((item.node[ADDITIONAL_OPERATIONS] as Json | undefined) ?? {}))
      onFault({
        pointer: `${item.pointer}/${ADDITIONAL_OPERATIONS}/${method}`,
        reason: 'is not served: Node.js does not support this method',
      });
    return METHODS.flatMap((method) => {
      const operation = resolvePath(root, item, method);
      if (!operation) return [];
      const key = `${method} ${pathShape(path)}`;
      const other = pathsByKey.get(key);
      if (other !== undefined) {
        onFault({
          pointer: operation.pointer,
          reason: `is served as ${other}: a router cannot tell the two paths apart`,
        });
        return [];
      }
      pathsByKey.set(key, path);
      if ([item, operation].some(({ node }) => hasOtherServer(document, node.servers)))
        onFault({
          pointer: operation.pointer,
          reason: 'has its own server, which is ignored: the gateway calls the server of the service',
        });
      const { pointer } = operation;
      const parameters = parametersOf(root, item, operation);
      const body = resolvePath(root, operation, 'requestBody');
      return {
        service,
        operationId: operationIdOf(operation.node, method, path),
        method: method.toUpperCase(),
        path,
        mount,
        definition: operation.node as unknown as OperationObject,
        parameters: {
          // If several templates match the same path, their parameters are ambiguous.
          path: new Parameters(
            root,
            ambiguousShapes.has(pathShape(path)) ? [] : parameters,
            'path',
            requestSchemas,
            pointer,
          ),
          query: compileQuery(
            root,
            [...parameters, ...keys],
            requestSchemas,
            pointer,
            unknownQuery === 'reject',
          ),
          header: new Parameters(root, parameters, 'header', requestSchemas, pointer),
          cookie: new Parameters(root, parameters, 'cookie', requestSchemas, pointer),
        },
        body: body && new RequestBody(root, body, requestSchemas, method.toUpperCase()),
        acceptsUndeclaredBody: unknownBody === 'pass',
        responses:
          validatesResponses && Object.keys(operation.node.responses ?? {}).length > 0
            ? new DeclaredResponses(root, operation, responseSchemas)
            : undefined,
      };
    });
  };
  const compiled: GatewayOperation[] = [];
  for (const path of Object.keys(document.paths ?? {})) {
    compiled.push(...compilePath(path));
    yield;
  }
  return compiled;
}

/** Reports each fault once: a schema may be used in many places and compiled in several ways. */
function withoutDuplicates(report: (fault: DocumentFault) => void): (fault: DocumentFault) => void {
  const reported = new Set<string>();
  return (fault) => {
    const key = `${fault.pointer} ${fault.reason}`;
    if (reported.has(key)) return;
    reported.add(key);
    report(fault);
  };
}

/** Shapes that several templates of a document share. OpenAPI 3.1 §4.8.8 forbids them, but they exist. */
const ambiguousShapesOf = ({ paths = {} }: OpenAPIObject): ReadonlySet<string> => {
  const seen = new Set<string>();
  return new Set(
    Object.keys(paths)
      .map(pathShape)
      .filter((shape) => seen.size === seen.add(shape).size),
  );
};

/** API keys in the query are not parameters of operations (OpenAPI 3.1 §4.8.27), but requests may have them. */
const queryKeys = (document: OpenAPIObject): JsonNode[] =>
  [...schemesOf(document)].flatMap(([scheme, place]) =>
    typeof place !== 'string' && place.in === 'query'
      ? [
          {
            node: { name: place.name, in: 'query' },
            pointer: `#/components/securitySchemes/${fragmentToken(scheme)}`,
          },
        ]
      : [],
  );

/** Parameters of the operation, and those of the path item that it does not override by name and location. */
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
