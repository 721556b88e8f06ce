/**
 * The security requirements of operations (OpenAPI 3.1 §4.8.30), and the warning about those that are not enforced.
 */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { isObject, type Json } from './load/grammar.ts';
import { operationsOf } from './load/inherit-defaults.ts';
import { compileRequirements, isPublic } from './security-requirements.ts';

/**
 * The requirements of an operation, which override those of the document. An empty list means that no credentials
 * are required.
 */
export function requirementsOf(document: Json, operation: Json): Json[] {
  const declared = operation.security ?? document.security;
  const requirements = Array.isArray(declared) ? declared.filter(isObject) : [];
  return requirements.length > 0 ? requirements : [{}];
}

/** The operations that may not be called without credentials, according to the contract. */
export function securedOperations(document: OpenAPIObject): string[] {
  const root = document as unknown as Json;
  return Object.entries(document.paths ?? {})
    .flatMap(([path, item]) => operationsOf(item).map(([method, operation]) => ({ path, method, operation })))
    .filter(({ operation }) => !isPublic(compileRequirements(root, operation) ?? [[]]))
    .map(({ method, path, operation }) =>
      typeof operation.operationId === 'string' ? operation.operationId : `${method.toUpperCase()} ${path}`,
    );
}

/** The most operations that the warning names; a document may have thousands. */
const MAX_NAMED = 8;

/** The warning as one line. */
export function securityWarning(operations: readonly string[]): string {
  const named = operations.slice(0, MAX_NAMED).join(', ');
  const more = operations.length > MAX_NAMED ? ` and ${operations.length - MAX_NAMED} more` : '';
  const declare = operations.length === 1 ? 'declares' : 'declare';
  return `${named}${more} ${declare} security, which the gateway does not enforce: anyone who can reach the gateway can call them unless the service itself requires credentials; see \`authentication\` in gateway.yaml`;
}
