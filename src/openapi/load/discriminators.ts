/** Finds the schemas that a discriminator selects from without a mapping (OpenAPI 3.1 §4.8.25.4). */

import { componentTarget } from '../merge/component-references.ts';
import { isObject, type Json } from './grammar.ts';

/** @param name component name of the schema, if it has one */
type AlternativesOf = (schema: Json, name: string | undefined) => string[];

/** The names of the schemas that a discriminator selects from: the listed ones, or all subtypes. */
export function alternativesAmong(schemas: Json): AlternativesOf {
  let subtypes: Map<string, string[]> | undefined;
  return (schema, name) => {
    const listed = [schema.oneOf, schema.anyOf].flatMap(referencedNames);
    if (listed.length > 0 || name === undefined) return listed;
    subtypes ??= subtypesByName(schemas);
    const found = new Set([name]);
    // The set grows during the iteration, so indirect subtypes are found too.
    for (const ancestor of found) for (const subtype of subtypes.get(ancestor) ?? []) found.add(subtype);
    return [...found];
  };
}

/** The direct subtypes of each schema, by name. */
function subtypesByName(schemas: Json): Map<string, string[]> {
  const subtypes = new Map<string, string[]>();
  for (const [subtype, schema] of Object.entries(schemas)) {
    if (!isObject(schema)) continue;
    for (const ancestor of referencedNames(schema.allOf)) {
      const known = subtypes.get(ancestor);
      if (known) known.push(subtype);
      else subtypes.set(ancestor, [subtype]);
    }
  }
  return subtypes;
}

const referencedNames = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).flatMap((item) => {
    const target = isObject(item) ? componentTarget(item.$ref) : undefined;
    return target?.section === 'schemas' && target.rest.length === 0 ? [target.name] : [];
  });
