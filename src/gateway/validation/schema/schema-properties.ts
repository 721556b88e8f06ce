/** The types and members of a schema, including all schemas that it is composed of. */

import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { isReference, lookUpReference } from '../../../openapi/reference.ts';
import { type LocatedSchema, subschemasOf, walkComposition } from '../../../openapi/schema-composition.ts';
import { type JsonNode, subschemaAt } from './json-node.ts';

/** The types that a schema or its alternatives name. */
export const typesOf = (document: Json, schema: JsonNode): Set<string> =>
  new Set(partsOf(document, schema).flatMap(({ node }) => [node.type ?? []].flat().map(String)));

/** The properties of a schema by name. If several parts define one, the first counts. */
export function propertiesOf(document: Json, schema: JsonNode): Map<string, JsonNode> {
  const found = new Map<string, JsonNode>();
  for (const part of partsOf(document, schema)) {
    const { properties } = part.node;
    if (!isObject(properties)) continue;
    const owner: JsonNode = { node: properties, pointer: `${part.pointer}/properties` };
    for (const name of Object.keys(properties)) {
      const property = subschemaAt(owner, name);
      if (property && !found.has(name)) found.set(name, property);
    }
  }
  return found;
}

/** The schema of its items. If several parts define it, the first counts. */
export const itemsOf = (document: Json, schema: JsonNode): JsonNode | undefined =>
  partsOf(document, schema)
    .map((part) => subschemaAt(part, 'items'))
    .find((items) => items !== undefined);

/** Whether members without a definition are allowed. */
export const allowsOtherMembers = (document: Json, schema: JsonNode): boolean =>
  partsOf(document, schema).every(
    ({ node }) => node.additionalProperties !== false && node.unevaluatedProperties !== false,
  );

/** If two keywords define the same name, the first keyword counts. */
const KEYWORDS = ['allOf', 'anyOf', 'oneOf'];

function partsOf(document: Json, schema: JsonNode): readonly JsonNode[] {
  const parts = walkComposition<LocatedSchema>([schema], (node, { pointer }) => [
    ...referencedSchemas(document, node),
    ...KEYWORDS.flatMap((keyword) => subschemasOf(node, pointer, keyword)),
  ]);
  return [...parts].flatMap(({ node, pointer }) => (isObject(node) ? [{ node, pointer }] : []));
}

/** References to anchors are resolved at compilation and ignored here. */
const referencedSchemas = (document: Json, schema: Json): LocatedSchema[] =>
  isReference(schema) ? [{ node: lookUpReference(document, schema.$ref).value, pointer: schema.$ref }] : [];
