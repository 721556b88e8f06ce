/** An object of a document with its pointer, so that schemas in it can be referenced. */

import { fragmentToken } from '../../../contract/json-pointer.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { followReference, isReference } from '../../../openapi/reference.ts';
import { valueAt } from '../../../openapi/value-at.ts';

export interface JsonNode {
  readonly node: Json;
  /** JSON Pointer in URI fragment form (RFC 6901 §6): `#/paths/~1orders/get`. */
  readonly pointer: string;
}

/** Follows a path of keys and the Reference Objects on it; undefined where there is no object. */
export const resolvePath = (
  document: Json,
  { node, pointer }: JsonNode,
  ...keys: readonly (string | number)[]
): JsonNode | undefined => {
  let found: unknown = node;
  let at = pointer;
  for (const key of keys) {
    found = valueAt(found, [String(key)]);
    at = `${at}/${fragmentToken(String(key))}`;
    if (isReference(found)) ({ value: found, reference: at } = followReference(document, found.$ref));
    if (!isObject(found)) return undefined;
  }
  return { node: found as Json, pointer: at };
};

/**
 * The Schema Object at a path of keys. References on the way are followed. The `$ref` of the schema itself is a
 * keyword beside others (JSON Schema 2020-12 §8.2.3.1) and is not followed.
 */
export const resolveSchemaPath = (
  document: Json,
  owner: JsonNode,
  ...keys: readonly (string | number)[]
): JsonNode | undefined => {
  const parent = resolvePath(document, owner, ...keys.slice(0, -1));
  return parent && subschemaAt(parent, String(keys.at(-1)));
};

/** The subschema of a key. A boolean schema becomes an equivalent object. */
export function subschemaAt({ node, pointer }: JsonNode, key: string): JsonNode | undefined {
  const found = valueAt(node, [key]);
  const at = `${pointer}/${fragmentToken(key)}`;
  if (typeof found === 'boolean') return { node: found ? {} : { not: {} }, pointer: at };
  return isObject(found) ? { node: found, pointer: at } : undefined;
}
