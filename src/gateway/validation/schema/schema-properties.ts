/** What a schema says of types and members, in itself and in whatever it is made of. */

import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { isReference, lookUpReference } from '../../../openapi/reference.ts';
import { type LocatedSchema, subschemasOf, walkComposition } from '../../../openapi/schema-composition.ts';
import { type JsonNode, subschemaAt } from './json-node.ts';

/** The types that it names, itself or in its alternatives. */
export const typesOf = (document: Json, schema: JsonNode): Set<string> =>
  new Set(partsOf(document, schema).flatMap(({ node }) => [node.type ?? []].flat().map(String)));

/** Its properties by name; where several have one of a name, the first. */
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

/** What its items have to be; where several parts say it, the first. */
export const itemsOf = (document: Json, schema: JsonNode): JsonNode | undefined =>
  partsOf(document, schema)
    .map((part) => subschemaAt(part, 'items'))
    .find((items) => items !== undefined);

/** Whether it takes members that it does not name. */
export const allowsOtherMembers = (document: Json, schema: JsonNode): boolean =>
  partsOf(document, schema).every(
    ({ node }) => node.additionalProperties !== false && node.unevaluatedProperties !== false,
  );

/** Of two that say something of one name, that of the first keyword counts. */
const KEYWORDS = ['allOf', 'anyOf', 'oneOf'];

function partsOf(document: Json, schema: JsonNode): readonly JsonNode[] {
  const parts = walkComposition<LocatedSchema>([schema], (node, { pointer }) => [
    ...referencedSchemas(document, node),
    ...KEYWORDS.flatMap((keyword) => subschemasOf(node, pointer, keyword)),
  ]);
  return [...parts].flatMap(({ node, pointer }) => (isObject(node) ? [{ node, pointer }] : []));
}

/** By an anchor a schema is found when it is compiled, and not for what is asked here. */
const referencedSchemas = (document: Json, schema: Json): LocatedSchema[] =>
  isReference(schema) ? [{ node: lookUpReference(document, schema.$ref).value, pointer: schema.$ref }] : [];
