/** What a discriminator chooses from where nothing lists it by value (OpenAPI 3.1 §4.8.25.4). */

import { componentTarget } from '../merge/component-references.ts';
import { isObject, type Json } from './grammar.ts';

/** @param name of the schema among the others, if it has one */
type Alternatives = (schema: Json, name: string | undefined) => string[];

/** Names of the schemas that a discriminator chooses from: those listed, or those that extend this one. */
export function alternativesAmong(schemas: Json): Alternatives {
  let known: Map<string, string[]> | undefined;
  return (schema, name) => {
    const listed = [schema.oneOf, schema.anyOf].flatMap(namesReferred);
    if (listed.length > 0 || name === undefined) return listed;
    known ??= heirsIn(schemas);
    const heirs = new Set([name]);
    // A set grows while it is iterated: heirs of heirs are found too.
    for (const ancestor of heirs) for (const heir of known.get(ancestor) ?? []) heirs.add(heir);
    return [...heirs];
  };
}

/** Those that extend a schema, by its name. */
function heirsIn(schemas: Json): Map<string, string[]> {
  const heirs = new Map<string, string[]>();
  for (const [heir, schema] of Object.entries(schemas)) {
    if (!isObject(schema)) continue;
    for (const ancestor of namesReferred(schema.allOf)) {
      const known = heirs.get(ancestor);
      if (known) known.push(heir);
      else heirs.set(ancestor, [heir]);
    }
  }
  return heirs;
}

const namesReferred = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).flatMap((item) => {
    const target = isObject(item) ? componentTarget(item.$ref) : undefined;
    return target?.section === 'schemas' && target.rest.length === 0 ? [target.name] : [];
  });
