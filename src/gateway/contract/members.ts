/** What a schema says of types and members, in itself and in whatever it is made of. */
import { isObject, type Json } from '../document/grammar.ts';
import { type Located, locate } from './located.ts';

/** Schemas may be made of each other in circles, and by more ways than there are schemas: each counts once. */
const MOST_PARTS = 1000;

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

/** In the order in which they are written, each before what it is made of. */
function partsOf(document: Json, schema: Located): Located[] {
  const parts = new Map<Json, Located>();
  const left = [schema];
  for (let part = left.pop(); part !== undefined && parts.size < MOST_PARTS; part = left.pop()) {
    if (parts.has(part.node)) continue;
    parts.set(part.node, part);
    left.push(...branchesOf(document, part).reverse());
  }
  return [...parts.values()];
}

const branchesOf = (document: Json, { node, pointer }: Located): Located[] =>
  ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const branches = node[keyword];
    if (!Array.isArray(branches)) return [];
    const list: Located = { node: branches as unknown as Json, pointer: `${pointer}/${keyword}` };
    return [...branches.keys()].flatMap((index) => locate(document, list, index) ?? []);
  });
