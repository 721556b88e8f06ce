/** An object of a document together with where it stands, so that schemas in it can be named by reference. */

import { fragmentToken } from '../../../contract/json-pointer.ts';
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { followReference, isReference } from '../../../openapi/reference.ts';
import { valueAt } from '../../../openapi/value-at.ts';

export interface JsonNode {
  readonly node: Json;
  /** JSON Pointer in URI fragment form (RFC 6901 §6): `#/paths/~1orders/get`. */
  readonly pointer: string;
}

/** The object at `keys` below, with Reference Objects followed; undefined where there is none. */
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
 * The Schema Object at `keys` below. Its own `$ref` is a keyword beside others (JSON Schema 2020-12 §8.2.3.1) and is
 * not followed; those on the way to it are.
 */
export const resolveSchemaPath = (
  document: Json,
  owner: JsonNode,
  ...keys: readonly (string | number)[]
): JsonNode | undefined => {
  const parent = resolvePath(document, owner, ...keys.slice(0, -1));
  return parent && subschemaAt(parent, String(keys.at(-1)));
};

/** The schema under one key; a boolean as the object that says the same. */
export function subschemaAt({ node, pointer }: JsonNode, key: string): JsonNode | undefined {
  const found = valueAt(node, [key]);
  const at = `${pointer}/${fragmentToken(key)}`;
  if (typeof found === 'boolean') return { node: found ? {} : { not: {} }, pointer: at };
  return isObject(found) ? { node: found, pointer: at } : undefined;
}
