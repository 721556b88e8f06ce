/** What a schema says of types and members, in itself and in whatever it is made of. */
import { isObject, type Json } from '../../../openapi/load/grammar.ts';
import { parseReference } from '../../../openapi/reference.ts';
import { valueAt } from '../../../openapi/value-at.ts';
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

/** Each once, whatever ways lead to it. */
function partsOf(document: Json, schema: Located): readonly Located[] {
  const parts = new Map([[schema.pointer, schema]]);
  // A map grows while it is iterated.
  for (const part of parts.values()) {
    const { node, pointer } = part;
    const found: (Located | undefined)[] = [];
    if (typeof node.$ref === 'string') found.push(referred(document, node.$ref));
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const list = node[keyword];
      if (!Array.isArray(list)) continue;
      const owner: Located = { node: list as unknown as Json, pointer: `${pointer}/${keyword}` };
      for (const index of list.keys()) found.push(schemaBelow(owner, String(index)));
    }
    for (const one of found) if (one && !parts.has(one.pointer)) parts.set(one.pointer, one);
  }
  return [...parts.values()];
}

/** By an anchor a schema is found when it is compiled, and not for what is asked here. */
function referred(document: Json, reference: string): Located | undefined {
  if (!reference.startsWith('#/')) return undefined;
  const node = valueAt(document, parseReference(reference).tokens);
  return isObject(node) ? { node, pointer: reference } : undefined;
}
