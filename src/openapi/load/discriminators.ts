/** What a discriminator chooses from where nothing lists it by value (OpenAPI 3.1 §4.8.25.4). */

import { componentTarget } from '../merge/component-references.ts';
import { isObject, type Json } from './grammar.ts';

/** @param name of the schema among the others, if it has one */
type AlternativesOf = (schema: Json, name: string | undefined) => string[];

/** Names of the schemas that a discriminator chooses from: those listed, or those that extend this one. */
export function alternativesAmong(schemas: Json): AlternativesOf {
  let subtypes: Map<string, string[]> | undefined;
  return (schema, name) => {
    const listed = [schema.oneOf, schema.anyOf].flatMap(referencedNames);
    if (listed.length > 0 || name === undefined) return listed;
    subtypes ??= subtypesByName(schemas);
    const found = new Set([name]);
    // A set grows while it is iterated: heirs of heirs are found too.
    for (const ancestor of found) for (const subtype of subtypes.get(ancestor) ?? []) found.add(subtype);
    return [...found];
  };
}

/** Those that extend a schema, by its name. */
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
