/** What a schema says of types and members, in itself and in whatever it is made of. */
import { isObject, type Json } from '../document/grammar.ts';
import { type Located, locate } from './located.ts';

/** Schemas may be made of each other in circles. */
const MOST_DEPTH = 5;

/** The types that it names, itself or in its alternatives. */
export const typesOf = (document: Json, schema: Located): Set<string> =>
  new Set(partsOf(document, schema).flatMap(({ node }) => [node.type ?? []].flat().map(String)));

/** Its properties by name; where several have one of a name, the first. */
export function propertiesOf(document: Json, schema: Located): Map<string, Located> {
  const found = new Map<string, Located>();
  for (const part of partsOf(document, schema))
    for (const name of Object.keys(isObject(part.node.properties) ? part.node.properties : {})) {
      const property = locate(document, part, 'properties', name);
      if (property && !found.has(name)) found.set(name, property);
    }
  return found;
}

/** Whether it takes members that it does not name. */
export const isOpen = (document: Json, schema: Located): boolean =>
  partsOf(document, schema).every(
    ({ node }) => node.additionalProperties !== false && node.unevaluatedProperties !== false,
  );

function partsOf(document: Json, schema: Located, depth = 0): Located[] {
  const parts = [schema];
  if (depth > MOST_DEPTH) return parts;
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const branches = schema.node[keyword];
    if (!Array.isArray(branches)) continue;
    const list: Located = { node: branches as unknown as Json, pointer: `${schema.pointer}/${keyword}` };
    for (const index of branches.keys()) {
      const branch = locate(document, list, index);
      if (branch) parts.push(...partsOf(document, branch, depth + 1));
    }
  }
  return parts;
}
