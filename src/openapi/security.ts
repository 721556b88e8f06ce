/** Which credentials the operations of a document ask for (OpenAPI 3.1 §4.8.30), and what it means that nothing here looks at them. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from './load/grammar.ts';
import { operationsOf } from './load/inherit-defaults.ts';

/** What an operation says itself goes before what its document says; nothing at all is one that needs nothing. */
export function requirementsOf(document: Json, operation: Json): Json[] {
  const declared = operation.security ?? document.security;
  const requirements = Array.isArray(declared) ? declared.filter(isObject) : [];
  return requirements.length > 0 ? requirements : [{}];
}

/** Operations that declare security: by the contract they may not be used without credentials. */
export function securedOperations(document: OpenAPIObject): string[] {
  const root = document as unknown as Json;
  return Object.entries(document.paths ?? {})
    .flatMap(([path, item]) => operationsOf(item).map(([method, operation]) => ({ path, method, operation })))
    .filter(({ operation }) =>
      requirementsOf(root, operation).every((needs) => Object.keys(needs).length > 0),
    )
    .map(({ method, path, operation }) =>
      typeof operation.operationId === 'string' ? operation.operationId : `${method.toUpperCase()} ${path}`,
    );
}

/** What is named in one line; a document may have thousands. */
const MAX_NAMED = 8;

/** One line for people. */
export function securityWarning(operations: readonly string[]): string {
  const named = operations.slice(0, MAX_NAMED).join(', ');
  const more = operations.length > MAX_NAMED ? ` and ${operations.length - MAX_NAMED} more` : '';
  const declare = operations.length === 1 ? 'declares' : 'declare';
  return `${named}${more} ${declare} security, which the gateway does not enforce: anyone who can reach the gateway can call them unless the service itself requires credentials`;
}
