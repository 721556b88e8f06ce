/** Everything about an operation that a request needs, computed when its document is loaded. */
import type { OpenAPIObject, OperationObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import { RequestBody } from './contract/body.ts';
import { type Located, locate } from './contract/located.ts';
import { Parameters } from './contract/parameters.ts';
import { Schemas } from './contract/schemas.ts';
import { isObject, type Json, METHODS } from './document/grammar.ts';
import { firstSegment, RESERVED_SEGMENTS } from './reserved.ts';

export interface GatewayOperation {
  readonly service: string;
  /** The document's, or method and path where it has none. */
  readonly operationId: string;
  /** In upper case. */
  readonly method: string;
  /** Path template, as the document has it. */
  readonly path: string;
  readonly definition: OperationObject;
  readonly parameters: {
    readonly path: Parameters;
    readonly query: Parameters;
    readonly header: Parameters;
  };
  readonly body: RequestBody | undefined;
}

export interface OperationsOptions {
  readonly service: string;
  readonly document: OpenAPIObject;
  readonly unknownQuery?: 'reject' | 'pass';
}

/** @throws ConfigError when the document claims a reserved path or has a schema that is none */
export const compileOperations = ({
  service,
  document,
  unknownQuery = 'reject',
}: OperationsOptions): GatewayOperation[] => {
  const root = document as unknown as Json;
  const schemas = new Schemas(service, root);
  const top: Located = { node: root, pointer: '#' };
  return Object.keys(document.paths ?? {}).flatMap((path) => {
    if (!path.startsWith('/')) return [];
    const segment = firstSegment(path);
    if (RESERVED_SEGMENTS.has(segment)) {
      throw new ConfigError(
        `${service}: ${path} is not to be had: /${segment} belongs to the gateway; choose another path`,
      );
    }
    const item = locate(root, top, 'paths', path);
    if (!item) return [];
    return METHODS.flatMap((method) => {
      const operation = locate(root, item, method);
      if (!operation) return [];
      const at = `${method.toUpperCase()} ${path}`;
      const parameters = parametersOf(root, item, operation);
      const body = locate(root, operation, 'requestBody');
      return {
        service,
        operationId: String(operation.node.operationId ?? at),
        method: method.toUpperCase(),
        path,
        definition: operation.node as unknown as OperationObject,
        parameters: {
          path: new Parameters(root, parameters, 'path', schemas, at),
          query: new Parameters(root, parameters, 'query', schemas, at, unknownQuery === 'reject'),
          header: new Parameters(root, parameters, 'header', schemas, at),
        },
        body: body && new RequestBody(root, body, schemas, at, method.toUpperCase()),
      };
    });
  });
};

/** Those of the path item, unless the operation has one of the same name and place. */
const parametersOf = (document: Json, item: Located, operation: Located): Located[] => {
  const found = new Map<string, Located>();
  for (const owner of [item, operation]) {
    const { parameters } = owner.node;
    for (const index of Array.isArray(parameters) ? parameters.keys() : []) {
      const list: Located = { node: parameters as unknown as Json, pointer: `${owner.pointer}/parameters` };
      const parameter = locate(document, list, index);
      if (isObject(parameter?.node)) found.set(`${parameter.node.in} ${parameter.node.name}`, parameter);
    }
  }
  return [...found.values()];
};
