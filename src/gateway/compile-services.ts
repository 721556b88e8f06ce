/** Compiles the operations of all services when their documents are loaded. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Limits } from '../config/limits.ts';
import type { ServiceConfig } from '../config/yaml/gateway-yaml.ts';
import type { Incremental } from '../openapi/incremental.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import { compileInSteps, type GatewayOperation } from './operation.ts';
import { checkOperationPolicies } from './operation-policies.ts';
import { mountOf } from './routing/path-mapping.ts';

export interface CompileServicesOptions {
  /** With the base paths of their documents. */
  readonly services: readonly (ServiceConfig & { readonly base: string })[];
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  readonly limits: Limits;
  readonly onFault: ((service: string, fault: DocumentFault) => void) | undefined;
}

/** @throws ConfigError for a policy of an operation that does not exist, or a reserved path */
export function* compileServices({
  services,
  documents,
  limits,
  onFault,
}: CompileServicesOptions): Incremental<GatewayOperation[]> {
  const operations: GatewayOperation[] = [];
  for (const { name, unknownQuery, unknownBody, responses, operations: policies, ...place } of services) {
    const document = documents.get(name);
    if (!document) continue;
    const compiled = yield* compileInSteps({
      service: name,
      document,
      unknownQuery,
      unknownBody,
      json: limits,
      mount: mountOf(place),
      validatesResponses: responses !== 'off',
      inTurns: true,
      onFault: (fault) => onFault?.(name, fault),
    });
    checkOperationPolicies(
      { name, operations: policies },
      compiled.map(({ operationId }) => operationId),
    );
    for (const operation of compiled) operations.push(operation);
  }
  return operations;
}
