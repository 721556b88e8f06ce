/** What a schema says of types and members, in itself and in whatever it is made of. */

import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { isReference, lookUpReference } from '../../../openapi/reference.ts';
import { type PointedSchema, schemasUnder, walkComposition } from '../../../openapi/schema-composition.ts';
import { type Located, schemaBelow } from './json-node.ts';

/** The types that it names, itself or in its alternatives. */
export const typesOf = (document: Json, schema: Located): Set<string> =>
  new Set(partsOf(document, schema).flatMap(({ node }) => [node.type ?? []].flat().map(String)));

/** Its properties by name; where several have one of a name, the first. */
export function propertiesOf(document: Json, schema: Located): Map<string, Located> {
  const found = new Map<string, Located>();
  for (const part of partsOf(document, schema)) {
    const { properties } = part.node;
    if (!isObject(properties)) continue;
    const owner: Located = { node: properties, pointer: `${part.pointer}/properties` };
    for (const name of Object.keys(properties)) {
      const property = schemaBelow(owner, name);
      if (property && !found.has(name)) found.set(name, property);
    }
  }
  return found;
}

/** What its items have to be; where several parts say it, the first. */
export const itemsOf = (document: Json, schema: Located): Located | undefined =>
  partsOf(document, schema)
    .map((part) => schemaBelow(part, 'items'))
    .find((items) => items !== undefined);

/** Whether it takes members that it does not name. */
export const isOpen = (document: Json, schema: Located): boolean =>
  partsOf(document, schema).every(
    ({ node }) => node.additionalProperties !== false && node.unevaluatedProperties !== false,
  );

/** Of two that say something of one name, that of the first keyword counts. */
const KEYWORDS = ['allOf', 'anyOf', 'oneOf'];

function partsOf(document: Json, schema: Located): readonly Located[] {
  const parts = walkComposition<PointedSchema>([schema], (node, { pointer }) => [
    ...referred(document, node),
    ...KEYWORDS.flatMap((keyword) => schemasUnder(node, pointer, keyword)),
  ]);
  return [...parts].flatMap(({ node, pointer }) => (isObject(node) ? [{ node, pointer }] : []));
}

/** By an anchor a schema is found when it is compiled, and not for what is asked here. */
const referred = (document: Json, schema: Json): PointedSchema[] =>
  isReference(schema) ? [{ node: lookUpReference(document, schema.$ref).value, pointer: schema.$ref }] : [];
